/** SGX and TDX evidence: read, verify, judge, describe. */
export { appraiseDcap, type DcapAcceptance, describeTcbShortfall } from './acceptance/index.ts'
export {
  findUnknownBits,
  nameProcessorFeatures,
  nameSgxFlags,
  nameTdAttributes,
  PROCESSOR_FEATURES,
  SGX_FLAGS,
  TD_ATTRIBUTES,
  TD_UNTRUSTED_ATTRIBUTES,
} from './attributes/index.ts'
export {
  createDcapClaims,
  findIntelClasses,
  INTEL_CLASSES,
  type IntelClasses,
  type TcbClaimsSource,
} from './claims/index.ts'
export {
  type DcapCollateral,
  encodeCrlText,
  encodeDcapCollateral,
  parseDcapCollateral,
  parseQeIdentity,
  parseTcbInfo,
  type QeIdentity,
  splitSignedDocument,
  type TcbInfo,
} from './collateral/index.ts'
export { type DcapEvidence, encodeDcapEvidence, parseDcapEvidence } from './evidence/index.ts'
export { type PckExtension, parsePckExtension } from './pck/index.ts'
export {
  type CertificationData,
  type DcapQuote,
  type DcapTee,
  decodePlatformCertificationData,
  type ParseQuoteOptions,
  type PlatformCertificationData,
  parseQuote,
  parseSgxReportBody,
  type QuoteHeader,
  type QuoteSignatureData,
  type SgxQuote,
  type SgxReportBody,
  type TdReportBody,
  type TdxQuote,
} from './quote/index.ts'
export { type DcapRoot, INTEL_SGX_ROOT, parseDcapRoot } from './roots.ts'
export {
  type EnclaveFile,
  parseEnclaveFile,
  parseSigstruct,
  type Sigstruct,
  type VerifiedSigstruct,
  verifySigstruct,
} from './sigstruct/index.ts'
export type { TcbEvaluation, TcbRemedy, TcbShortfall, TcbSide, TcbStatus } from './tcb/index.ts'
export { parseTdReport, type TdReport, verifyTdReportHashes } from './tdreport/index.ts'
export {
  createDcapVerifier,
  type DcapMoment,
  type DcapRules,
  type DcapTrust,
  type DcapVerification,
  type DcapVerifier,
  type DcapVerifierOptions,
  type MemoryLimits,
  type ValidityWindow,
  type VerifiedDcap,
  type VerifiedSgx,
  type VerifiedTdx,
  verifyDcapQuote,
  verifySgxQuote,
  verifyTdxQuote,
} from './verify/index.ts'
