/** TPM 2.0: quotes, keys, enrolment. */
export { appraiseTpm, type TpmAcceptance } from './acceptance.ts'
export { claimsOfTpm } from './claims.ts'
export {
  beginEnrolment,
  checkAttestationAttributes,
  type EnrolmentRequest,
  type EnrolmentTrust,
  finishEnrolment,
  type PendingEnrolment,
} from './credential/enrolment.ts'
export { makeCredential, type TpmCredential } from './credential/make-credential.ts'
export { parseTpmEvidence } from './evidence-json.ts'
export { type PcrSelection, parseTpmQuote, type TpmQuote } from './structure/attest.ts'
export { nameOf, OBJECT, parseSizedTpmPublic, parseTpmPublic, publicKeyOf, type TpmPublic } from './structure/public.ts'
export { parseTpmSignature, type TpmSignature } from './structure/signature.ts'
export type { QuotedBank, TpmEvidence } from './types.ts'
export { checkBootLogs } from './verify/boot-logs.ts'
export type { EnrolledKey, TpmAuthority, TpmTrust, TpmVerification, VerifiedTpm } from './verify/types.ts'
export { BOOT_PCRS, verifyTpmEvidence } from './verify/verify.ts'
