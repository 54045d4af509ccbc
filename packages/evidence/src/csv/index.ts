/** Hygon CSV: read, verify, judge. */
export { appraiseCsv, type CsvAcceptance } from './acceptance.ts'
export {
  type AuthorityCertificate,
  type HygonCertificate,
  type PlatformCertificate,
  parseAuthorityCertificate,
  parseHskCek,
  parseHygonCertificates,
  parsePlatformCertificate,
} from './certificate/certificates.ts'
export { claimsOfCsv, claimsOfCsvReport } from './claims.ts'
export { type CsvEvidenceParts, encodeCsvEvidence } from './encode-evidence.ts'
export { type CsvEvidence, parseCsvEvidence } from './evidence-json.ts'
export { parseCsvPage } from './page.ts'
export { closeCsvReport, type ParseCsvOptions, parseCsvReport } from './report/parse.ts'
export { type CsvRoot, HYGON_ROOT } from './roots.ts'
export type { CsvPolicy, CsvReport } from './types.ts'
export type { CsvChip, CsvTrust, CsvVerification, VerifiedCsv } from './verify/types.ts'
export { verifyCsvEvidence } from './verify/verify.ts'
