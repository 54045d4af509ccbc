import { DCAP_BREAKAGES, type DcapBreakage } from '@veritee/simulator'

/** Refused when the files are read, before anything is judged: as malformed collateral, or as a root that is none. */
const UNREADABLE: readonly string[] = [
  'DCAP_ROOT_INVALID',
  'DCAP_ROOT_CRL_INVALID',
  'DCAP_PCK_CRL_INVALID',
  'DCAP_TCB_INFO_INVALID',
  'DCAP_TCB_INFO_VERSION_UNSUPPORTED',
  'DCAP_QE_IDENTITY_INVALID',
  'DCAP_QE_IDENTITY_VERSION_UNSUPPORTED',
  'DCAP_COLLATERAL_INVALID',
  'DCAP_COLLATERAL_EXCESSIVE',
]

/** Broken cases that come out so with the options of `verify`; the others need rules that a program sets. */
export const DCAP_CASES: readonly DcapBreakage[] = DCAP_BREAKAGES.filter(
  ({ code, verification }) => verification === undefined && !UNREADABLE.includes(code),
)
