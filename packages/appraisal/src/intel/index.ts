/**
 * Intel's quote appraisal framework: verification results, signed policies, appraisal results, relying parties
 * (specification page, section 5). Hexadecimal in its documents is last byte first; see `HexByteOrder`.
 */
export { type AppraiseIntelOptions, appraiseIntel, type IntelAppraisal, type ReportAppraisal } from './appraise.ts'
export { decodeOrderedHex, encodeOrderedHex, type HexByteOrder, reverseHex } from './byte-order.ts'
export { findIntelClass, INTEL_CLASS_LIST, type IntelClass, type IntelClassKind } from './classes.ts'
export { INTEL_ERRORS, type IntelErrorCode } from './codes.ts'
export { writeJson } from './json.ts'
export { diffIntelPolicies, type PolicyChange, type PolicyEffect } from './policy/diff.ts'
export {
  explainPolicy,
  explainResult,
  type PolicyDemand,
  type PolicyExplanation,
  type ResultExplanation,
} from './policy/explain.ts'
export { type PolicyReading, parseIntelPolicies, type ReadPolicies } from './policy/read.ts'
export { listReferenceKeys, type ReferenceForm, type ReferenceKey } from './policy/reference-keys.ts'
export {
  createPoliciesFromQuote,
  createPolicyFromEnclave,
  createPolicyFromReferenceValues,
  createPolicyFromTdReport,
} from './policy/template.ts'
export {
  createIntelPolicy,
  createTenantPolicy,
  DEFAULT_POLICY_DESCRIPTION,
  findDefaultPolicy,
  writeIntelPolicies,
} from './policy/write.ts'
export {
  type AuthenticationOptions,
  type AuthenticationStatus,
  authenticateResult,
  type ClassAuthentication,
  type ResultAuthentication,
} from './relying-party/authenticate.ts'
export { authenticatePolicyOwners, type OwnerAuthentication, type PolicyOwner } from './relying-party/owners.ts'
export { createResultDocument, encodeIntelResult, encodeResultToken } from './result/encode.ts'
export { parseIntelResult, type ReadResultToken, readResultToken, verifyResultToken } from './result/read.ts'
export type { AppraisedReport, IntelResult, IntelResultShape } from './result/types.ts'
export { signPolicy, type VerifiedPolicyToken, verifyPolicyToken } from './token/policy-token.ts'
export {
  createIntelPrivateKey,
  createIntelSigner,
  encodeIntelPublicKey,
  type IntelPublicJwk,
  type IntelSigner,
  nameIntelKey,
  parseIntelPublicKey,
} from './token/signer.ts'
export type {
  IntelCheck,
  IntelDifference,
  IntelPolicy,
  IntelVerdict,
  JsonObject,
  PolicyWarning,
} from './types.ts'
export {
  createVerificationResult,
  hashQuote,
  type QuoteHash,
  type VerificationReport,
  type VerificationResult,
  type VerificationResultOptions,
} from './verification/document.ts'
export { measureEnclave, measurePlatform, measureQuotingEnclave, measureTd } from './verification/measurements.ts'
export {
  encodeVerificationResult,
  type IntelSigning,
  type TokenTrust,
  verifyVerificationResult,
} from './verification/token.ts'
