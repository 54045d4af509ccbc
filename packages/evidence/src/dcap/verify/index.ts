/** Are SGX and TDX quotes genuine? */
export type { MemoryLimits } from './memory.ts'
export type {
  DcapMoment,
  DcapRules,
  DcapSupplemental,
  DcapTrust,
  DcapVerification,
  ValidityWindow,
  VerifiedDcap,
  VerifiedSgx,
  VerifiedTdx,
} from './types.ts'
export {
  createDcapVerifier,
  type DcapVerifier,
  type DcapVerifierOptions,
  verifyDcapQuote,
  verifySgxQuote,
  verifyTdxQuote,
} from './verifier.ts'
