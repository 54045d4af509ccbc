/** Judging evidence: readable, genuine, fresh, expected. Runs in browsers. */
export { judgeEvidence } from './judge.ts'
export type { JudgeOptions } from './options.ts'
export type { Answer, Answers, Judgement } from './types.ts'
