import { concatBytes, decodeHex } from '@veritee/codec/bytes'
import { DIGEST_BYTES, digest } from '@veritee/codec/hash'
import { failure } from '../../operand.ts'
import type { RsaPrivateKey } from '../keys/private-key.ts'
import { bitLength, bytesOfInteger, integerOfBytes, modularPower, modulo } from './modular.ts'

type Hash = 'sha256' | 'sha384' | 'sha512'

/** DER of DigestInfo in front of the digest (RFC 8017 §9.2, note 1). */
const DIGEST_INFO: Readonly<Record<Hash, Uint8Array>> = {
  sha256: decodeHex('3031300d060960864801650304020105000420'),
  sha384: decodeHex('3041300d060960864801650304020205000430'),
  sha512: decodeHex('3051300d060960864801650304020305000440'),
}

function applyPrivateKey(key: RsaPrivateKey, encoded: Uint8Array, size: number): Uint8Array {
  const message = integerOfBytes(encoded)
  const { p, q, dp, dq, qi } = key
  const first = modularPower(message, dp, p)
  const second = modularPower(message, dq, q)
  const signature = second + q * modulo((first - second) * qi, p)
  // A fault in one half would reveal the primes: the result is checked before it leaves.
  if (modularPower(signature, key.e, key.n) !== message) throw failure('the parts of the RSA key do not fit together')
  return bytesOfInteger(signature, size)
}

/** Signs with RSASSA-PKCS1-v1_5 (RFC 8017 §8.2). Its time depends on the key: for keys that the policy itself holds. */
export function signPkcs1(key: RsaPrivateKey, hash: Hash, message: Uint8Array): Uint8Array {
  const size = Math.ceil(bitLength(key.n) / 8)
  const tail = concatBytes(DIGEST_INFO[hash], digest(hash, message))
  if (size < tail.length + 11) throw failure('the RSA key is too short for the signature')
  const filling = new Uint8Array(size - tail.length - 3).fill(0xff)
  return applyPrivateKey(key, concatBytes(Uint8Array.of(0, 1), filling, Uint8Array.of(0), tail), size)
}

function maskOf(seed: Uint8Array, size: number, hash: Hash): Uint8Array {
  const parts: Uint8Array[] = []
  for (let count = 0; count * DIGEST_BYTES[hash] < size; count++) {
    parts.push(digest(hash, seed, Uint8Array.of(count >>> 24, count >>> 16, count >>> 8, count)))
  }
  return concatBytes(...parts).subarray(0, size)
}

/** Signs with RSASSA-PSS and a salt of the digest's length (RFC 8017 §8.1, RFC 7518 §3.5); otherwise as above. */
export function signPss(key: RsaPrivateKey, hash: Hash, message: Uint8Array, salt: Uint8Array): Uint8Array {
  const bits = bitLength(key.n) - 1
  const size = Math.ceil(bits / 8)
  const hashBytes = DIGEST_BYTES[hash]
  const blockBytes = size - hashBytes - 1
  if (blockBytes < salt.length + 1) throw failure('the RSA key is too short for the signature')
  const inner = digest(hash, new Uint8Array(8), digest(hash, message), salt)
  const block = concatBytes(new Uint8Array(blockBytes - salt.length - 1), Uint8Array.of(1), salt)
  const mask = maskOf(inner, blockBytes, hash)
  const masked = block.map((byte, i) => byte ^ mask[i]!)
  masked[0]! &= 0xff >> (8 * size - bits)
  const encoded = concatBytes(masked, inner, Uint8Array.of(0xbc))
  return applyPrivateKey(key, encoded, Math.ceil(bitLength(key.n) / 8))
}
