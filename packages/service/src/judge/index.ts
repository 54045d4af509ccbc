export { createEvidenceJudge, type EvidenceJudge } from './evidence-judge.ts'
export { parseNamedFile } from './named-files.ts'
