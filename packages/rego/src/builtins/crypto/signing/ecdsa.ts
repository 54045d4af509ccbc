import { concatBytes } from '@veritee/codec/bytes'
import { digest, type HashAlgorithm, hmac } from '@veritee/codec/hash'
import { bytesOfInteger, integerOfBytes, modularInverse, modulo } from './modular.ts'

/** Curves of FIPS 186-5 with a = −3. */
export type CurveName = 'P-256' | 'P-384' | 'P-521'

interface Curve {
  readonly bytes: number
  readonly bits: number
  readonly p: bigint
  readonly n: bigint
  readonly x: bigint
  readonly y: bigint
}

/** Widths, field, order and base point of each curve (FIPS 186-5, SP 800-186). */
export const CURVES: Readonly<Record<CurveName, Curve>> = {
  'P-256': {
    bytes: 32,
    bits: 256,
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
    y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
  },
  'P-384': {
    bytes: 48,
    bits: 384,
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    x: 0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
    y: 0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
  },
  'P-521': {
    bytes: 66,
    bits: 521,
    p: (1n << 521n) - 1n,
    n: 0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    x: 0xc6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66n,
    y: 0x11839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650n,
  },
}

/** A point in Jacobian coordinates; z = 0 is the point at infinity. */
type Point = readonly [x: bigint, y: bigint, z: bigint]

function double([x, y, z]: Point, p: bigint): Point {
  if (z === 0n || y === 0n) return [1n, 1n, 0n]
  const zz = (z * z) % p
  const slope = (3n * (x - zz) * (x + zz)) % p
  const yy = (y * y) % p
  const s = (4n * x * yy) % p
  const x3 = modulo(slope * slope - 2n * s, p)
  return [x3, modulo(slope * (s - x3) - 8n * yy * yy, p), (2n * y * z) % p]
}

function add(a: Point, b: Point, p: bigint): Point {
  if (a[2] === 0n) return b
  if (b[2] === 0n) return a
  const aa = (a[2] * a[2]) % p
  const bb = (b[2] * b[2]) % p
  const u1 = (a[0] * bb) % p
  const s1 = (a[1] * bb * b[2]) % p
  const h = modulo(b[0] * aa - u1, p)
  const r = modulo(b[1] * aa * a[2] - s1, p)
  if (h === 0n) return r === 0n ? double(a, p) : [1n, 1n, 0n]
  const hh = (h * h) % p
  const hhh = (h * hh) % p
  const v = (u1 * hh) % p
  const x = modulo(r * r - hhh - 2n * v, p)
  return [x, modulo(r * (v - x) - s1 * hhh, p), (a[2] * b[2] * h) % p]
}

/** The base point times a scalar, in affine coordinates; always as many steps as the order has bits. */
export function multiplyBase(curve: CurveName, scalar: bigint): readonly [x: bigint, y: bigint] {
  const { p, bits, x, y } = CURVES[curve]
  let result: Point = [1n, 1n, 0n]
  let other: Point = [x, y, 1n]
  for (let bit = BigInt(bits - 1); bit >= 0n; bit--) {
    const sum = add(result, other, p)
    if (((scalar >> bit) & 1n) === 0n) {
      result = double(result, p)
      other = sum
    } else {
      result = sum
      other = double(other, p)
    }
  }
  const inverse = modularInverse(result[2], p)
  const square = (inverse * inverse) % p
  return [(result[0] * square) % p, (result[1] * square * inverse) % p]
}

function truncate(bytes: Uint8Array, bits: number): bigint {
  const excess = bytes.length * 8 - bits
  return excess > 0 ? integerOfBytes(bytes) >> BigInt(excess) : integerOfBytes(bytes)
}

/** Candidates for the secret number of a signature, from the key and the message alone (RFC 6979 §3.2). */
function* secretNumbers(curve: CurveName, hash: HashAlgorithm, key: bigint, hashed: Uint8Array): Iterable<bigint> {
  const { n, bits, bytes } = CURVES[curve]
  const seed = concatBytes(bytesOfInteger(key, bytes), bytesOfInteger(modulo(truncate(hashed, bits), n), bytes))
  let v: Uint8Array = new Uint8Array(hashed.length).fill(1)
  let k: Uint8Array = new Uint8Array(hashed.length)
  for (const mark of [0, 1]) {
    k = hmac(hash, k, v, Uint8Array.of(mark), seed)
    v = hmac(hash, k, v)
  }
  for (;;) {
    const parts: Uint8Array[] = []
    for (let size = 0; size < bytes; size += v.length) {
      v = hmac(hash, k, v)
      parts.push(v)
    }
    const candidate = truncate(concatBytes(...parts).subarray(0, Math.max(bytes, hashed.length)), bits)
    if (candidate > 0n && candidate < n) yield candidate
    k = hmac(hash, k, v, Uint8Array.of(0))
    v = hmac(hash, k, v)
  }
}

/**
 * Signs a message: r‖s, each of the curve's width (RFC 7518 §3.4), with the deterministic secret number of RFC 6979.
 * The time it takes is not independent of the key: for keys that the policy itself holds.
 */
export function signEcdsa(curve: CurveName, hash: HashAlgorithm, key: bigint, message: Uint8Array): Uint8Array {
  const { n, bits, bytes } = CURVES[curve]
  const hashed = digest(hash, message)
  const number = truncate(hashed, bits)
  for (const secret of secretNumbers(curve, hash, key, hashed)) {
    const r = multiplyBase(curve, secret)[0] % n
    const s = (modularInverse(secret, n) * modulo(number + r * key, n)) % n
    if (r !== 0n && s !== 0n) return concatBytes(bytesOfInteger(r, bytes), bytesOfInteger(s, bytes))
  }
  throw new Error('the sequence of secret numbers has no end')
}
