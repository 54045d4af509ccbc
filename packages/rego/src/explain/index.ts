/** Why a rule has its value: which expressions did not hold, with which values. */
export { explainRule } from './explain.ts'
export { explanationLines } from './sentences.ts'
export type { ExplainedBranch, ExplainedValue, Explanation, FailedExpression } from './types.ts'
