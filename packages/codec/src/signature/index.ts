/** Public keys and the verification of signatures through the runtime's own cryptography. */
export type { EcCurve } from './curves.ts'
export { importPublicKey, type KeyMaterial, type PublicJwk, type PublicKey } from './public-key.ts'
export type { SignatureScheme } from './scheme.ts'
export { verifySignature } from './verify.ts'
