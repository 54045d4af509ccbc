/** The two key derivations of a TPM (TPM 2.0 Library, Part 1, section 11.4.10). */
import { concatBytes, encodeUtf8, u32be } from '@veritee/codec/bytes'
import { digest, hmac } from '@veritee/codec/hash'
import { HASH_BYTES, type TpmHash } from '../structure/algorithms.ts'

/** Hashes that a Name can be made with here. */
export type NameHash = Exclude<TpmHash, 'sm3'>

/** KDFa, with an empty second party: a key of `bits` from a secret, for a purpose and a party. */
export function deriveFromKey(
  hash: NameHash,
  key: Uint8Array,
  label: string,
  party: Uint8Array,
  bits: number,
): Uint8Array {
  const blocks: Uint8Array[] = []
  for (let counter = 1; blocks.length * HASH_BYTES[hash] * 8 < bits; counter++) {
    blocks.push(hmac(hash, key, u32be(counter), encodeUtf8(`${label}\0`), party, u32be(bits)))
  }
  return concatBytes(...blocks).subarray(0, bits / 8)
}

/** KDFe: one digest out of a Diffie-Hellman secret and the x coordinates of both parties. */
export function deriveFromExchange(
  hash: NameHash,
  secret: Uint8Array,
  label: string,
  partyU: Uint8Array,
  partyV: Uint8Array,
): Uint8Array {
  return digest(hash, u32be(1), secret, encodeUtf8(`${label}\0`), partyU, partyV)
}
