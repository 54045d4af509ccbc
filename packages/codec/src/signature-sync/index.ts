/** Synchronous verification of signatures in every runtime. */
export { verifySignatureSync } from './verify.ts'
