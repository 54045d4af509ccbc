import { digest } from '../hash/hash.ts'
import { sm3 } from '../sm/sm3.ts'

/** Digest algorithms of event logs, as claims spell them. */
export type EventDigestAlgorithm = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512' | 'SM3'

interface EventDigest {
  /** TPM_ALG_ID (TPM 2.0 library, part 2, §6.3). */
  readonly id: number
  readonly digestBytes: number
  readonly hash: (...parts: readonly Uint8Array[]) => Uint8Array
}

/** Digest algorithms by name, with their TCG ids and sizes. */
export const EVENT_DIGESTS: Readonly<Record<EventDigestAlgorithm, EventDigest>> = {
  'SHA-1': { id: 0x0004, digestBytes: 20, hash: (...parts) => digest('sha1', ...parts) },
  'SHA-256': { id: 0x000b, digestBytes: 32, hash: (...parts) => digest('sha256', ...parts) },
  'SHA-384': { id: 0x000c, digestBytes: 48, hash: (...parts) => digest('sha384', ...parts) },
  'SHA-512': { id: 0x000d, digestBytes: 64, hash: (...parts) => digest('sha512', ...parts) },
  SM3: { id: 0x0012, digestBytes: 32, hash: (...parts) => sm3(...parts) },
}

/** Digest of an algorithm by the name that claims give it. */
export function digestOf(algorithm: EventDigestAlgorithm, ...parts: readonly Uint8Array[]): Uint8Array {
  return EVENT_DIGESTS[algorithm].hash(...parts)
}

/** The algorithm of a TCG id; undefined for one that is not replayed here. */
export function algorithmOfId(id: number): EventDigestAlgorithm | undefined {
  return (Object.keys(EVENT_DIGESTS) as EventDigestAlgorithm[]).find((name) => EVENT_DIGESTS[name].id === id)
}
