/**
 * ECDSA on P-256 with deterministic nonces (RFC 6979), so that a seed gives the same bytes each time. Points are
 * multiplied by the runtime; scalars are not handled in constant time, which simulated keys do not need.
 */
import { createECDH } from 'node:crypto'
import { concatBytes, decodeHex, encodeHex } from '@veritee/codec/bytes'
import { digest, hmac } from '@veritee/codec/hash'

/** Order of the group. */
export const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

const SCALAR_BYTES = 32

/** The public point of a scalar: x then y, 64 bytes. */
export function multiplyBase(scalar: bigint): Uint8Array {
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(encodeScalar(scalar))
  return new Uint8Array(ecdh.getPublicKey().subarray(1))
}

/** Signs SHA-256 of the data: r then s, 64 bytes. */
export function signP256(scalar: bigint, data: Uint8Array): Uint8Array {
  const hash = digest('sha256', data)
  const message = decodeScalar(hash)
  for (const nonce of nonces(scalar, hash)) {
    const r = decodeScalar(multiplyBase(nonce).subarray(0, SCALAR_BYTES)) % P256_ORDER
    const s = (invert(nonce) * (message + r * scalar)) % P256_ORDER
    if (r !== 0n && s !== 0n) return concatBytes(encodeScalar(r), encodeScalar(s))
  }
  throw new RangeError('no nonce fits')
}

export function decodeScalar(bytes: Uint8Array): bigint {
  return BigInt(`0x${encodeHex(bytes)}`)
}

export function encodeScalar(scalar: bigint): Uint8Array {
  return decodeHex(scalar.toString(16).padStart(2 * SCALAR_BYTES, '0'))
}

/** Candidates of RFC 6979, section 3.2. */
function* nonces(scalar: bigint, hash: Uint8Array): Generator<bigint> {
  const key = encodeScalar(scalar)
  const reduced = encodeScalar(decodeScalar(hash) % P256_ORDER)
  let k: Uint8Array = new Uint8Array(32)
  let v: Uint8Array = new Uint8Array(32).fill(1)
  k = hmac('sha256', k, v, Uint8Array.of(0), key, reduced)
  v = hmac('sha256', k, v)
  k = hmac('sha256', k, v, Uint8Array.of(1), key, reduced)
  v = hmac('sha256', k, v)
  for (;;) {
    v = hmac('sha256', k, v)
    const nonce = decodeScalar(v)
    if (nonce > 0n && nonce < P256_ORDER) yield nonce
    k = hmac('sha256', k, v, Uint8Array.of(0))
    v = hmac('sha256', k, v)
  }
}

/** Inverse modulo the order, by the extended Euclidean algorithm. */
function invert(value: bigint): bigint {
  let [a, b] = [value % P256_ORDER, P256_ORDER]
  let [x, y] = [1n, 0n]
  while (b !== 0n) {
    const quotient = a / b
    ;[a, b] = [b, a - quotient * b]
    ;[x, y] = [y, x - quotient * y]
  }
  return ((x % P256_ORDER) + P256_ORDER) % P256_ORDER
}
