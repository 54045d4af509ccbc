export type { Attester, EvidenceJson } from './attester.ts'
export { createTdxAttester, type ReportFiles, type TdxAttesterOptions } from './configfs-tsm/index.ts'
