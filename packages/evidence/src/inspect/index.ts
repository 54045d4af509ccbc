/** A plain description of evidence, without judgement. */
export { inspectEvidence } from './inspect.ts'
export type { Description } from './types.ts'
