/** SM2 key pairs that belong to a seed. */
import { concatBytes } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { signSm2, sm2PublicKey } from '@veritee/codec/sm'
import { deriveBytes, type Seed } from '../crypto/seed.ts'

/** An SM2 key pair and the user id that goes into its signatures. */
export interface Sm2Key {
  /** What the key is for, such as `hrk`. */
  readonly label: string
  readonly userId: Uint8Array
  /** x then y, 64 bytes. */
  readonly point: Uint8Array
  readonly privateKey: Uint8Array
  /** r then s, 64 bytes; the same each time. */
  sign(data: Uint8Array): Uint8Array
}

/** The key of `label` in the world of `seed`. */
export function deriveSm2Key(seed: Seed, label: string, userId: string): Sm2Key {
  const privateKey = deriveNumber(seed, `sm2 ${label}`)
  const id = new TextEncoder().encode(userId)
  return {
    label,
    userId: id,
    point: sm2PublicKey(privateKey).point!,
    privateKey,
    sign: (data) =>
      signSm2(privateKey, data, { userId: id, nonce: deriveNumber(digest('sha256', privateKey, data), 'nonce') }),
  }
}

/** 32 bytes, as a number certainly below the order of the curve and not 0. */
function deriveNumber(seed: Seed, label: string): Uint8Array {
  const bytes = deriveBytes(seed, label, 32)
  return concatBytes(Uint8Array.of((bytes[0]! & 0x7f) | 0x01), bytes.subarray(1))
}
