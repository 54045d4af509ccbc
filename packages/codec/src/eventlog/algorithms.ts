import { digest, extendDigest } from '../hash/hash.ts'
import type { HashAlgorithm } from '../signature/scheme.ts'
import { extendSm3, sm3 } from '../sm/sm3.ts'

/** Digest algorithms of event logs, as claims spell them. */
export type EventDigestAlgorithm = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512' | 'SM3'

interface EventDigest {
  /** TPM_ALG_ID (TPM 2.0 library, part 2, §6.3). */
  readonly id: number
  readonly digestBytes: number
  readonly hash: (...parts: readonly Uint8Array[]) => Uint8Array
  /** A register after each of these digests went into it. */
  readonly extend: (start: Uint8Array, links: readonly Uint8Array[]) => Uint8Array
}

/** Digest algorithms by name, with their TCG ids and sizes. */
export const EVENT_DIGESTS: Readonly<Record<EventDigestAlgorithm, EventDigest>> = {
  'SHA-1': { id: 0x0004, digestBytes: 20, ...hashing('sha1') },
  'SHA-256': { id: 0x000b, digestBytes: 32, ...hashing('sha256') },
  'SHA-384': { id: 0x000c, digestBytes: 48, ...hashing('sha384') },
  'SHA-512': { id: 0x000d, digestBytes: 64, ...hashing('sha512') },
  SM3: { id: 0x0012, digestBytes: 32, hash: sm3, extend: extendSm3 },
}

function hashing(algorithm: HashAlgorithm): Pick<EventDigest, 'hash' | 'extend'> {
  return {
    hash: (...parts) => digest(algorithm, ...parts),
    extend: (start, links) => extendDigest(algorithm, start, links),
  }
}

/** Digest of an algorithm by the name that claims give it. */
export function digestOf(algorithm: EventDigestAlgorithm, ...parts: readonly Uint8Array[]): Uint8Array {
  return EVENT_DIGESTS[algorithm].hash(...parts)
}

const BY_ID: ReadonlyMap<number, EventDigestAlgorithm> = new Map(
  (Object.keys(EVENT_DIGESTS) as EventDigestAlgorithm[]).map((name) => [EVENT_DIGESTS[name].id, name]),
)

/** The algorithm of a TCG id; undefined for one that is not replayed here. */
export function algorithmOfId(id: number): EventDigestAlgorithm | undefined {
  return BY_ID.get(id)
}
