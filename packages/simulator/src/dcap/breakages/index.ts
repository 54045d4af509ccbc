/** Evidence that is broken in precisely one way, for every way that verification knows. */
import { CRL_BREAKAGES } from './crl.ts'
import { DOCUMENT_BREAKAGES } from './documents.ts'
import { FORM_BREAKAGES } from './form.ts'
import { PCK_CHAIN_BREAKAGES } from './pck-chain.ts'
import { PROFILE_BREAKAGES } from './profile.ts'
import { QUOTE_BREAKAGES } from './quote.ts'
import type { DcapBreakage } from './types.ts'

export type { CaseRules, DcapBreakage } from './types.ts'
export { DCAP_UNACCEPTED } from './unaccepted.ts'
export { DCAP_UNBREAKABLE } from './unreachable.ts'

/** One broken case for each error code that verifying a DCAP quote can raise, in the order that checks are made. */
export const DCAP_BREAKAGES: readonly DcapBreakage[] = [
  ...FORM_BREAKAGES,
  ...PCK_CHAIN_BREAKAGES,
  ...PROFILE_BREAKAGES,
  ...CRL_BREAKAGES,
  ...DOCUMENT_BREAKAGES,
  ...QUOTE_BREAKAGES,
]
