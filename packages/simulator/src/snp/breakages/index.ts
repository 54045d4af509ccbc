/** Evidence that is broken in precisely one way, for every way that verification knows. */
import { CHAIN_BREAKAGES } from './chain.ts'
import { REPORT_BREAKAGES } from './report.ts'
import type { SnpBreakage } from './types.ts'

export type { SnpBreakage } from './types.ts'
export { SNP_UNACCEPTED } from './unaccepted.ts'
export { SNP_UNBREAKABLE } from './unreachable.ts'

/** One broken case for each error code that verifying an SNP report can raise. */
export const SNP_BREAKAGES: readonly SnpBreakage[] = [...REPORT_BREAKAGES, ...CHAIN_BREAKAGES]
