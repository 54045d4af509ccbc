/** Hygon DCU accelerators. */
export { claimsOfDcu } from './claims.ts'
export { type DcuReport, parseDcuEvidence } from './report.ts'
export { type DcuVerification, type VerifiedDcu, verifyDcuReports } from './verify.ts'
