export { createEvidenceJudge, type EvidenceJudge } from './evidence-judge.ts'
