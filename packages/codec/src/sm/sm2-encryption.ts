import { concatBytes, equalSecrets, isAllZero } from '../bytes/compare.ts'
import { u32be } from '../bytes/integers.ts'
import { CodecError } from '../errors.ts'
import { importPublicKey, type PublicKey } from '../signature/public-key.ts'
import { createSm2PrivateKey, multiplySm2, sm2PublicKey } from './sm2.ts'
import { sm3 } from './sm3.ts'

const POINT_BYTES = 64
const DIGEST_BYTES = 32
/** 0x04: the point is not compressed. */
const UNCOMPRESSED = 4

/** How SM2 encrypts. */
export interface Sm2EncryptionOptions {
  /** The secret number of one encryption, for vectors of the standard. Used twice, it gives away the messages. */
  readonly nonce?: Uint8Array
}

/**
 * Encrypts for an SM2 key (GB/T 32918.4 §6): 0x04, point, SM3 digest, ciphertext as long as the data. A key of another
 * curve throws `CODEC_SIGNATURE_UNSUPPORTED`, empty data `CODEC_CIPHER_INVALID`.
 */
export function encryptSm2(key: PublicKey, data: Uint8Array, options: Sm2EncryptionOptions = {}): Uint8Array {
  if (data.length === 0) throw invalid('SM2 encrypts nothing that is empty.')
  for (;;) {
    const secret = options.nonce ?? createSm2PrivateKey()
    const shared = multiplySm2(key, secret)
    const stream = deriveSm3Key(shared, data.length)
    if (isAllZero(stream) && options.nonce === undefined) continue
    const point = sm2PublicKey(secret).point!
    const masked = data.map((byte, index) => byte ^ stream[index]!)
    return concatBytes(Uint8Array.of(UNCOMPRESSED), point, digestOf(shared, data), masked)
  }
}

/** Opens what {@link encryptSm2} made. What was not made for this key, or was changed, throws `CODEC_CIPHER_INVALID`. */
export function decryptSm2(privateKey: Uint8Array, data: Uint8Array): Uint8Array {
  const head = 1 + POINT_BYTES + DIGEST_BYTES
  if (data.length <= head || data[0] !== UNCOMPRESSED) throw invalid('An SM2 ciphertext is a point, a digest and data.')
  const point = importPublicKey({ kind: 'ec-point', curve: 'SM2', point: data.slice(1, 1 + POINT_BYTES) })
  const shared = multiplySm2(point, privateKey)
  const stream = deriveSm3Key(shared, data.length - head)
  const plain = data.slice(head).map((byte, index) => byte ^ stream[index]!)
  if (!equalSecrets(digestOf(shared, plain), data.subarray(1 + POINT_BYTES, head)))
    throw invalid('The SM2 ciphertext is not for this key, or was changed.')
  return plain
}

/** `sizeBytes` of key material: SM3 over the secret and a counter from 1 (GB/T 32918.4 §5.4.3, as ANSI X9.63). */
export function deriveSm3Key(secret: Uint8Array, sizeBytes: number): Uint8Array {
  const blocks: Uint8Array[] = []
  for (let counter = 1; (counter - 1) * DIGEST_BYTES < sizeBytes; counter++) blocks.push(sm3(secret, u32be(counter)))
  return concatBytes(...blocks).slice(0, sizeBytes)
}

/** x, data, y. */
function digestOf(shared: Uint8Array, data: Uint8Array): Uint8Array {
  return sm3(shared.subarray(0, 32), data, shared.subarray(32))
}

function invalid(message: string): CodecError {
  return new CodecError('CODEC_CIPHER_INVALID', message)
}
