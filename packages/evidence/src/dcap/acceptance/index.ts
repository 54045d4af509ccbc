/** What is acceptable of genuine SGX and TDX evidence. */
export { appraiseDcap } from './appraise.ts'
export { describeTcbShortfall } from './shortfall.ts'
export type { DcapAcceptance } from './types.ts'
