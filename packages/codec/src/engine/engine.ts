import type { PublicKey } from '../signature/public-key.ts'
import type { HashAlgorithm, NormalizedScheme } from '../signature/scheme.ts'

/** What a runtime's own cryptography gives: one module per runtime, chosen by the `#engine` import condition. */
export interface HashEngine {
  digest(algorithm: HashAlgorithm, parts: readonly Uint8Array[]): Uint8Array
  hmac(algorithm: HashAlgorithm, key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array
  createDigest(algorithm: HashAlgorithm): DigestStream
  /** A register after each of `links` went into it: value = H(value ‖ link). Start value and links are as long as the digest. */
  extend(algorithm: HashAlgorithm, start: Uint8Array, links: readonly Uint8Array[]): Uint8Array
}

/** A running digest. */
export interface DigestStream {
  update(part: Uint8Array): DigestStream
  digest(): Uint8Array
}

/**
 * Verifies a signature that was already brought into its normal form: ECDSA as r‖s of the curve's width with both
 * numbers within 1…n−1, RSA of exactly the modulus' length, Ed25519 of 64 bytes.
 */
export type VerifyEngine<Result> = (
  key: PublicKey,
  scheme: NormalizedScheme,
  data: Uint8Array,
  signature: Uint8Array,
) => Result
