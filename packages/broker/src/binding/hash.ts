/** The hash of a binding: which one both ends agree on, and the digest itself. */
import { digest } from '@veritee/codec/hash'
import { sm3 } from '@veritee/codec/sm'
import { BrokerError } from '../errors.ts'
import type { BindingHash, TeeName } from '../protocol/types.ts'

/** What clients and servers use when nobody says otherwise. */
export const DEFAULT_HASH: BindingHash = 'sha384'

/** TEEs whose evidence carries another digest than SHA-384. */
const REQUIRED: Partial<Record<TeeName, BindingHash>> = { hygontpm: 'sm3', se: 'sha512' }

/** Digest of the parts joined. */
export function hashBinding(hash: BindingHash, ...parts: readonly Uint8Array[]): Uint8Array {
  return hash === 'sm3' ? sm3(...parts) : digest(hash, ...parts)
}

/**
 * Chooses the hash for a handshake, on the server: the one that the TEE asks for, else SHA-384. An offer that leaves it
 * out is refused rather than followed to another hash, so nobody on the way can steer the choice.
 *
 * Throws BROKER_HASH_UNSUPPORTED.
 */
export function selectHash(tee: TeeName, offered: readonly BindingHash[] | undefined): BindingHash {
  const hash = REQUIRED[tee] ?? DEFAULT_HASH
  if (offered === undefined || offered.includes(hash)) return hash
  throw new BrokerError('BROKER_HASH_UNSUPPORTED', undefined, {
    details: { path: 'extra-params.supported-hash-algorithms', expected: hash, actual: offered },
  })
}
