export { createEvidenceJudge, type EvidenceJudge } from './evidence-judge.ts'
export { type CollateralItem, listCollateral } from './holdings.ts'
export { createJudgeFace } from './judge-face.ts'
export { parseNamedFile } from './named-files.ts'
