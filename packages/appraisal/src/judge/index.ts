/** Judging evidence: readable, genuine, fresh, expected. Runs in browsers. */
export { judgeEvidence } from './judge.ts'
export type { JudgeAcceptance, JudgeOptions, JudgeTrust } from './options.ts'
export { type JudgedPiece, pairJudgements } from './pair.ts'
export type { Answer, Answers, Judgement } from './types.ts'
export { JUDGED_TEES } from './verifiers.ts'
