/** The claims of SGX and TDX quotes as JSON. */
export { createDcapClaims } from './claims.ts'
export type { TcbClaimsSource } from './tcb.ts'
