export type { Attester, EvidenceJson } from './attester.ts'
export {
  createSnpAttester,
  createTdxAttester,
  type ReportFiles,
  type SnpAttesterOptions,
  type TdxAttesterOptions,
} from './configfs-tsm/index.ts'
