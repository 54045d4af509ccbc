/** The claims of SGX and TDX quotes as JSON. */
export { createDcapClaims } from './claims.ts'
export { findIntelClasses, INTEL_CLASSES, type IntelClasses } from './classes.ts'
export type { TcbClaimsSource } from './tcb.ts'
