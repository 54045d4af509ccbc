/** Digests and message authentication codes. */
export type { DigestStream } from '../engine/engine.ts'
export { DIGEST_BYTES, type HashAlgorithm } from '../signature/scheme.ts'
export { createDigest, digest, hmac } from './hash.ts'
