/**
 * ECDSA with deterministic nonces (RFC 6979), so that a seed gives the same bytes each time. Points are multiplied by
 * the runtime; scalars are not handled in constant time, which simulated keys do not need.
 */
import { createECDH } from 'node:crypto'
import { concatBytes, decodeHex, encodeHex } from '@veritee/codec/bytes'
import { digest, hmac } from '@veritee/codec/hash'

/** A curve with the hash that goes with it. */
export interface EcdsaCurve {
  readonly name: 'P-256' | 'P-384'
  /** OpenSSL's name of it. */
  readonly native: string
  readonly oid: string
  /** Order of the group. */
  readonly order: bigint
  readonly scalarBytes: 32 | 48
  /** As long as the scalar, which the steps below rely on. */
  readonly hash: 'sha256' | 'sha384'
  /** Of signatures in certificates. */
  readonly signatureOid: string
}

export const P256: EcdsaCurve = Object.freeze({
  name: 'P-256',
  native: 'prime256v1',
  oid: '1.2.840.10045.3.1.7',
  order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  scalarBytes: 32,
  hash: 'sha256',
  signatureOid: '1.2.840.10045.4.3.2',
})

export const P384: EcdsaCurve = Object.freeze({
  name: 'P-384',
  native: 'secp384r1',
  oid: '1.3.132.0.34',
  order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  scalarBytes: 48,
  hash: 'sha384',
  signatureOid: '1.2.840.10045.4.3.3',
})

/** The public point of a scalar: x then y. */
export function multiplyBase(curve: EcdsaCurve, scalar: bigint): Uint8Array {
  const ecdh = createECDH(curve.native)
  ecdh.setPrivateKey(encodeScalar(curve, scalar))
  return new Uint8Array(ecdh.getPublicKey().subarray(1))
}

/** Signs the hash of the data: r then s, each of the scalar's width. */
export function signEcdsa(curve: EcdsaCurve, scalar: bigint, data: Uint8Array): Uint8Array {
  const hash = digest(curve.hash, data)
  const message = decodeScalar(hash)
  for (const nonce of nonces(curve, scalar, hash)) {
    const r = decodeScalar(multiplyBase(curve, nonce).subarray(0, curve.scalarBytes)) % curve.order
    const s = (invert(nonce, curve.order) * (message + r * scalar)) % curve.order
    if (r !== 0n && s !== 0n) return concatBytes(encodeScalar(curve, r), encodeScalar(curve, s))
  }
  throw new RangeError('no nonce fits')
}

export function decodeScalar(bytes: Uint8Array): bigint {
  return BigInt(`0x${encodeHex(bytes)}`)
}

export function encodeScalar({ scalarBytes }: EcdsaCurve, scalar: bigint): Uint8Array {
  return decodeHex(scalar.toString(16).padStart(2 * scalarBytes, '0'))
}

/** Candidates of RFC 6979, section 3.2. */
function* nonces(curve: EcdsaCurve, scalar: bigint, hash: Uint8Array): Generator<bigint> {
  const { hash: algorithm, order, scalarBytes } = curve
  const key = encodeScalar(curve, scalar)
  const reduced = encodeScalar(curve, decodeScalar(hash) % order)
  let k: Uint8Array = new Uint8Array(scalarBytes)
  let v: Uint8Array = new Uint8Array(scalarBytes).fill(1)
  k = hmac(algorithm, k, v, Uint8Array.of(0), key, reduced)
  v = hmac(algorithm, k, v)
  k = hmac(algorithm, k, v, Uint8Array.of(1), key, reduced)
  v = hmac(algorithm, k, v)
  for (;;) {
    v = hmac(algorithm, k, v)
    const nonce = decodeScalar(v)
    if (nonce > 0n && nonce < order) yield nonce
    k = hmac(algorithm, k, v, Uint8Array.of(0))
    v = hmac(algorithm, k, v)
  }
}

/** Inverse modulo the order, by the extended Euclidean algorithm. */
export function invert(value: bigint, modulus: bigint): bigint {
  let [a, b] = [value % modulus, modulus]
  let [x, y] = [1n, 0n]
  while (b !== 0n) {
    const quotient = a / b
    ;[a, b] = [b, a - quotient * b]
    ;[x, y] = [y, x - quotient * y]
  }
  return ((x % modulus) + modulus) % modulus
}
