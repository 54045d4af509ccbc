import { concatBytes } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { bytesOfInteger, integerOfLittleEndian, modularPower, modulo } from './modular.ts'

const P = (1n << 255n) - 19n
const ORDER = (1n << 252n) + 27742317777372353535851937790883648493n
const D = modulo(-121665n * modularPower(121666n, P - 2n, P), P)
const BASE_Y = modulo(4n * modularPower(5n, P - 2n, P), P)
const BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202n

/** A point in extended coordinates (RFC 8032 §5.1.4). */
type Point = readonly [x: bigint, y: bigint, z: bigint, t: bigint]

function add([x1, y1, z1, t1]: Point, [x2, y2, z2, t2]: Point): Point {
  const a = modulo((y1 - x1) * (y2 - x2), P)
  const b = ((y1 + x1) * (y2 + x2)) % P
  const c = (2n * D * ((t1 * t2) % P)) % P
  const d = (2n * z1 * z2) % P
  const [e, f, g, h] = [b - a, d - c, d + c, b + a]
  return [modulo(e * f, P), modulo(g * h, P), modulo(f * g, P), modulo(e * h, P)]
}

function encodeMultiple(scalar: bigint): Uint8Array {
  let result: Point = [0n, 1n, 1n, 0n]
  let power: Point = [BASE_X, BASE_Y, 1n, (BASE_X * BASE_Y) % P]
  for (let rest = scalar; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = add(result, power)
    power = add(power, power)
  }
  const inverse = modularPower(result[2], P - 2n, P)
  const x = (result[0] * inverse) % P
  const y = (result[1] * inverse) % P
  return bytesOfInteger(y | ((x & 1n) << 255n), 32).toReversed()
}

function expandSeed(seed: Uint8Array): [scalar: bigint, prefix: Uint8Array] {
  const hashed = digest('sha512', seed)
  const low = hashed.slice(0, 32)
  low[0]! &= 248
  low[31] = (low[31]! & 127) | 64
  return [integerOfLittleEndian(low), hashed.slice(32)]
}

/** The public key of a private key's 32 bytes (RFC 8032 §5.1.5). */
export function publicKeyOfSeed(seed: Uint8Array): Uint8Array {
  return encodeMultiple(expandSeed(seed)[0])
}

/** Signs a message (RFC 8032 §5.1.6). Its time depends on the key: for keys that the policy itself holds. */
export function signEd25519(seed: Uint8Array, message: Uint8Array): Uint8Array {
  const [scalar, prefix] = expandSeed(seed)
  const publicKey = encodeMultiple(scalar)
  const r = modulo(integerOfLittleEndian(digest('sha512', prefix, message)), ORDER)
  const point = encodeMultiple(r)
  const k = modulo(integerOfLittleEndian(digest('sha512', point, publicKey, message)), ORDER)
  return concatBytes(point, bytesOfInteger(modulo(r + k * scalar, ORDER), 32).toReversed())
}
