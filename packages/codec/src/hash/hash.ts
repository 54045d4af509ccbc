import { hashes } from '#engine'
import type { DigestStream } from '../engine/engine.ts'
import type { HashAlgorithm } from '../signature/scheme.ts'

/** Digest of the parts joined, synchronous in every runtime (FIPS 180-4). */
export function digest(algorithm: HashAlgorithm, ...parts: readonly Uint8Array[]): Uint8Array {
  return hashes.digest(algorithm, parts)
}

/** A register after each of `links` went into it: value = H(value ‖ link). Start value and links are as long as the digest. */
export function extendDigest(algorithm: HashAlgorithm, start: Uint8Array, links: readonly Uint8Array[]): Uint8Array {
  return hashes.extend(algorithm, start, links)
}

/** HMAC of the parts joined (FIPS 198-1). Compare the result with `equalSecrets`. */
export function hmac(algorithm: HashAlgorithm, key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  return hashes.hmac(algorithm, key, parts)
}

/** A digest fed piece by piece, for what does not fit in memory. */
export function createDigest(algorithm: HashAlgorithm): DigestStream {
  return hashes.createDigest(algorithm)
}
