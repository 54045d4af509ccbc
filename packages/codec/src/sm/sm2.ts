import { weierstrass } from '@noble/curves/abstract/weierstrass.js'
import { concatBytes } from '../bytes/compare.ts'
import { decodeHex, encodeHex } from '../bytes/hex.ts'
import { u16be } from '../bytes/integers.ts'
import { encodeUtf8 } from '../bytes/text.ts'
import { encodeInteger, encodeSequence } from '../der/encode.ts'
import { CodecError } from '../errors.ts'
import { CURVES } from '../signature/curves.ts'
import { normalizeSignature } from '../signature/normalize.ts'
import { importPublicKey, type PublicKey, toBigInt } from '../signature/public-key.ts'
import { PointMemory } from './point-memory.ts'
import { sm3 } from './sm3.ts'

/** User id that stands in where none was agreed (GM/T 0009 §10); certificates use it. */
export const SM2_DEFAULT_USER_ID = '1234567812345678'

const { p, b, n } = CURVES.SM2
const G = {
  x: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  y: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
}
const Point = weierstrass({ p, n, h: 1n, a: p - 3n, b, Gx: G.x, Gy: G.y }, {})
const known = new PointMemory<InstanceType<typeof Point>>()

/** What an SM2 signature is made over beside the data. */
export interface Sm2SignatureOptions {
  /** Text of the signer's id, or its bytes; {@link SM2_DEFAULT_USER_ID} by default. */
  readonly userId?: string | Uint8Array
  /** `raw` is r‖s of 64 bytes, `der` is SEQUENCE of two INTEGERs, strict. Default `raw`. */
  readonly format?: 'raw' | 'der'
}

/** As {@link Sm2SignatureOptions}, for signing. */
export interface Sm2SigningOptions extends Sm2SignatureOptions {
  /** The secret number of one signature, for vectors of the standard. Two signatures with one number give away the key. */
  readonly nonce?: Uint8Array
}

/**
 * Tells whether `signature` over `data` was made with the private half of an SM2 key (GB/T 32918.2 §7). A malformed or
 * out-of-range signature is false; a key of another curve throws `CODEC_SIGNATURE_UNSUPPORTED`.
 */
export function verifySm2(
  key: PublicKey,
  data: Uint8Array,
  signature: Uint8Array,
  options: Sm2SignatureOptions = {},
): boolean {
  const point = pointOf(key)
  return verifyNumber(key, messageNumber(point, data, options.userId), signature, options.format)
}

/**
 * As {@link verifySm2}, over a digest of 32 bytes that stands for the message as it is, without the signer's id: what a
 * TPM signs (TPM 2.0 Library, Part 1, annex C.4.3). A digest of another length throws `CODEC_BYTES_RANGE`.
 */
export function verifySm2Digest(key: PublicKey, digest: Uint8Array, signature: Uint8Array): boolean {
  return verifyNumber(key, digestNumber(digest), signature, 'raw')
}

function verifyNumber(key: PublicKey, e: bigint, signature: Uint8Array, format: 'raw' | 'der' = 'raw'): boolean {
  const point = pointOf(key)
  const raw = normalizeSignature(key, { scheme: 'ecdsa', hash: 'sha256', format }, signature)
  if (raw === undefined) return false
  const r = toBigInt(raw.subarray(0, 32))
  const s = toBigInt(raw.subarray(32))
  const t = (r + s) % n
  if (t === 0n) return false
  const Q = known.find(encodeHex(point), () => pointAt(point))
  const sum = Point.BASE.multiplyUnsafe(s).add(Q.multiplyUnsafe(t))
  if (sum.is0()) return false
  return (e + sum.toAffine().x) % n === r
}

/** Signs with an SM2 private key of 32 bytes (GB/T 32918.2 §6); the secret number comes from WebCrypto. */
export function signSm2(privateKey: Uint8Array, data: Uint8Array, options: Sm2SigningOptions = {}): Uint8Array {
  const { point } = sm2PublicKey(privateKey)
  return signNumber(privateKey, messageNumber(point!, data, options.userId), options)
}

/** As {@link signSm2}, over a digest of 32 bytes as it is: see {@link verifySm2Digest}. */
export function signSm2Digest(
  privateKey: Uint8Array,
  digest: Uint8Array,
  options: Pick<Sm2SigningOptions, 'nonce'> = {},
): Uint8Array {
  return signNumber(privateKey, digestNumber(digest), options)
}

function signNumber(privateKey: Uint8Array, e: bigint, options: Sm2SigningOptions): Uint8Array {
  const d = privateNumber(privateKey)
  for (;;) {
    const k = options.nonce === undefined ? randomNumber() : privateNumber(options.nonce)
    const r = (e + Point.BASE.multiply(k).toAffine().x) % n
    const s = (inverse(1n + d) * (((k - r * d) % n) + n)) % n
    if (r === 0n || r + k === n || s === 0n) {
      if (options.nonce !== undefined)
        throw new CodecError('CODEC_KEY_INVALID', 'The secret number makes no signature.')
      continue
    }
    const [left, right] = [toBytes(r), toBytes(s)]
    return options.format === 'der'
      ? encodeSequence(encodeInteger(left), encodeInteger(right))
      : concatBytes(left, right)
  }
}

/** The public half of a private key of 32 bytes; a number outside 1…n−2 throws `CODEC_KEY_INVALID`. */
export function sm2PublicKey(privateKey: Uint8Array): PublicKey {
  const { x, y } = Point.BASE.multiply(privateNumber(privateKey)).toAffine()
  return importPublicKey({ kind: 'ec-point', curve: 'SM2', point: concatBytes(toBytes(x), toBytes(y)) })
}

/** The public point times a private number: x‖y, 64 bytes. What two parties share in an exchange. */
export function multiplySm2(key: PublicKey, privateKey: Uint8Array): Uint8Array {
  const point = pointOf(key)
  const { x, y } = pointAt(point).multiply(privateNumber(privateKey)).toAffine()
  return concatBytes(toBytes(x), toBytes(y))
}

/** A fresh private key from WebCrypto's random numbers. */
export function createSm2PrivateKey(): Uint8Array {
  return toBytes(randomNumber())
}

/** e = SM3(Z ‖ data) with Z over the signer's id, the curve and the key (GB/T 32918.2 §5.5). */
function messageNumber(point: Uint8Array, data: Uint8Array, userId: string | Uint8Array = SM2_DEFAULT_USER_ID): bigint {
  const id = typeof userId === 'string' ? encodeUtf8(userId) : userId
  const z = sm3(u16be(id.length * 8), id, toBytes(p - 3n), toBytes(b), toBytes(G.x), toBytes(G.y), point)
  return toBigInt(sm3(z, data))
}

function digestNumber(digest: Uint8Array): bigint {
  if (digest.length === 32) return toBigInt(digest)
  throw new CodecError('CODEC_BYTES_RANGE', 'A digest that SM2 signs has 32 bytes.', {
    details: { expected: 32, actual: digest.length },
  })
}

function pointOf(key: PublicKey): Uint8Array {
  if (key.curve !== 'SM2' || key.point === undefined) {
    throw new CodecError('CODEC_SIGNATURE_UNSUPPORTED', 'SM2 signatures need an SM2 key.', {
      details: { expected: 'SM2', actual: key.curve ?? key.algorithm },
    })
  }
  return key.point
}

/** Of x‖y, which importing the key found on the curve. */
function pointAt(point: Uint8Array): InstanceType<typeof Point> {
  return Point.fromAffine({ x: toBigInt(point.subarray(0, 32)), y: toBigInt(point.subarray(32)) })
}

function privateNumber(bytes: Uint8Array): bigint {
  const number = toBigInt(bytes)
  if (bytes.length !== 32 || number === 0n || number >= n - 1n) {
    throw new CodecError('CODEC_KEY_INVALID', 'An SM2 private key is a number of 32 bytes between 1 and n - 2.')
  }
  return number
}

function randomNumber(): bigint {
  for (;;) {
    const number = toBigInt(crypto.getRandomValues(new Uint8Array(32)))
    if (number > 0n && number < n - 1n) return number
  }
}

function inverse(value: bigint): bigint {
  return Point.Fn.inv(value % n)
}

function toBytes(value: bigint): Uint8Array {
  return decodeHex(value.toString(16).padStart(64, '0'))
}
