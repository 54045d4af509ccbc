/** ECDH-ES with A256KW (RFC 7518 §4.6): the key encryption key that two EC keys agree on. */
import { concatBytes, encodeUtf8, u32be } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'

const ALGORITHM = encodeUtf8('ECDH-ES+A256KW')
const KEK_BITS = 256
/** Bits of the shared secret: the field width in whole bytes. */
const SECRET_BITS = { 'P-256': 256, 'P-521': 528 } as const

/** Concat KDF input of this protocol: algorithm name, empty party infos, 256 bits. */
const OTHER_INFO = concatBytes(u32be(ALGORITHM.length), ALGORITHM, u32be(0), u32be(0), u32be(KEK_BITS))

/** The shared secret of a private and a public key; the caller made sure that the point is on the curve. */
export async function agreeOnSecret(
  privateKey: CryptoKey,
  publicKey: CryptoKey,
  curve: keyof typeof SECRET_BITS,
): Promise<Uint8Array> {
  const bits = SECRET_BITS[curve]
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'ECDH', public: publicKey }, privateKey, bits))
}

/** The key encryption key, 32 bytes: one round of the Concat KDF with SHA-256. */
export function deriveKek(secret: Uint8Array): Uint8Array {
  return digest('sha256', u32be(1), secret, OTHER_INFO)
}

/** Unwraps a content key; rejects with an OperationError if it is not wrapped under `kek`. */
export async function unwrapContentKey(wrapped: Uint8Array, kek: Uint8Array): Promise<CryptoKey> {
  const key = await importKek(kek)
  return crypto.subtle.unwrapKey('raw', ownBytes(wrapped), key, 'AES-KW', { name: 'AES-GCM', length: 256 }, false, [
    'decrypt',
  ])
}

async function importKek(kek: Uint8Array): Promise<CryptoKey> {
  const key = await crypto.subtle.importKey('raw', ownBytes(kek), 'AES-KW', false, ['unwrapKey'])
  kek.fill(0)
  return key
}

/** A copy that owns its buffer, as WebCrypto wants it. */
export function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}
