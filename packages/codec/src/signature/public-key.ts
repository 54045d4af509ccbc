import { decodeBase64Url } from '../bytes/base64.ts'
import { concatBytes } from '../bytes/compare.ts'
import { encodeHex } from '../bytes/hex.ts'
import { encodeBitString, encodeInteger, encodeNull, encodeOid, encodeSequence } from '../der/encode.ts'
import { readDer } from '../der/reader.ts'
import { TAG } from '../der/tags.ts'
import { CodecError } from '../errors.ts'
import { CURVES, curveOfOid, type EcCurve, isOnCurve } from './curves.ts'

const EC = '1.2.840.10045.2.1'
const RSA = '1.2.840.113549.1.1.1'
/** RSA that may sign by PSS alone (RFC 4055 §1.2). */
export const RSA_PSS: string = '1.2.840.113549.1.1.10'
const ED25519 = '1.3.101.112'

/**
 * A public key that was checked: a point on its curve, or an RSA modulus within bounds. The runtime's own key is made
 * from it at the first verification and kept with this handle, so keep the handle rather than importing again.
 */
export interface PublicKey {
  /** `other` is a key that is well-formed as SPKI but of an algorithm that cannot be used here. */
  readonly algorithm: 'ec' | 'rsa' | 'ed25519' | 'other'
  /** Object identifier of the algorithm in the SPKI. */
  readonly algorithmOid: string
  /** SubjectPublicKeyInfo (RFC 5280 §4.1), a copy. */
  readonly spki: Uint8Array
  readonly curve?: EcCurve
  /** x‖y of an `ec` key, each of the curve's width. */
  readonly point?: Uint8Array
  /** Modulus of an `rsa` key, big-endian without leading zeros. */
  readonly modulus?: Uint8Array
  readonly exponent?: Uint8Array
  /** The 32 bytes of an `ed25519` key. */
  readonly raw?: Uint8Array
}

/** A public JSON Web Key (RFC 7517, RFC 8037); members beside the key itself are not looked at. */
export interface PublicJwk {
  readonly kty?: unknown
  readonly crv?: unknown
  readonly x?: unknown
  readonly y?: unknown
  readonly n?: unknown
  readonly e?: unknown
}

/** The forms that a public key can be given in. */
export type KeyMaterial =
  | { readonly kind: 'spki'; readonly der: Uint8Array }
  | { readonly kind: 'ec-point'; readonly curve: EcCurve; readonly point: Uint8Array }
  | { readonly kind: 'rsa'; readonly modulus: Uint8Array; readonly exponent: Uint8Array }
  | { readonly kind: 'jwk'; readonly jwk: PublicJwk }
  | ({ readonly kty: string } & PublicJwk)

/**
 * Checks a public key and makes its handle. A point off its curve, an even or tiny modulus and malformed bytes throw
 * `CODEC_KEY_INVALID` (malformed DER `CODEC_DER_*`), an algorithm beyond these `CODEC_KEY_UNSUPPORTED`. It does not ask
 * whose key it is.
 */
export function importPublicKey(material: KeyMaterial): PublicKey {
  if (!('kind' in material)) return importJwk(material)
  switch (material.kind) {
    case 'spki': {
      const key = readPublicKey(material.der)
      if (key.algorithm === 'other') throw unsupported(key.algorithmOid)
      return key
    }
    case 'ec-point':
      return createEcKey(material.curve, material.point)
    case 'rsa':
      return createRsaKey(material.modulus, material.exponent)
    case 'jwk':
      return importJwk(material.jwk)
  }
}

/** As {@link importPublicKey} for SPKI, but a key of an unknown algorithm comes back as `other`. */
export function readPublicKey(der: Uint8Array): PublicKey {
  return readDer(der, (spki) => {
    const algorithm = spki.readSequence()
    const algorithmOid = algorithm.readOid()
    const bits = spki.readBitStringBytes()
    switch (algorithmOid) {
      case EC: {
        // Parameters spelt out instead of named are refused by being no object identifier.
        const curve = curveOfOid(algorithm.readOid())
        algorithm.expectEnd()
        if (curve === undefined) break
        if (bits[0] !== 4) throw invalid('The point is not in its uncompressed form.')
        return createEcKey(curve, bits.subarray(1))
      }
      case RSA:
        algorithm.readNull()
        algorithm.expectEnd()
        return readDer(bits, (numbers) => createRsaKey(numbers.readUnsignedBytes(), numbers.readUnsignedBytes()))
      case RSA_PSS: {
        // Restricts the key to PSS. The hash it may name besides is not compared with the one of a signature.
        algorithm.readOptional(TAG.sequence)
        algorithm.expectEnd()
        const key = readDer(bits, (numbers) => createRsaKey(numbers.readUnsignedBytes(), numbers.readUnsignedBytes()))
        return { ...key, algorithmOid }
      }
      case ED25519:
        algorithm.expectEnd()
        return createEd25519Key(bits)
    }
    return { algorithm: 'other', algorithmOid, spki: der.slice() }
  })
}

function importJwk(jwk: PublicJwk): PublicKey {
  switch (jwk.kty) {
    case 'EC': {
      if (jwk.crv !== 'P-256' && jwk.crv !== 'P-384' && jwk.crv !== 'P-521') throw unsupported(String(jwk.crv))
      return createEcKey(jwk.crv, concatBytes(jwkBytes(jwk, 'x'), jwkBytes(jwk, 'y')))
    }
    case 'RSA':
      return createRsaKey(jwkBytes(jwk, 'n'), jwkBytes(jwk, 'e'))
    case 'OKP':
      if (jwk.crv !== 'Ed25519') throw unsupported(String(jwk.crv))
      return createEd25519Key(jwkBytes(jwk, 'x'))
    default:
      throw unsupported(String(jwk.kty))
  }
}

function createEcKey(curve: EcCurve, point: Uint8Array): PublicKey {
  const parameters = CURVES[curve]
  const width = parameters.coordinateBytes
  if (point.length !== 2 * width) throw invalid('The point has the wrong length.', 2 * width, point.length)
  if (!isOnCurve(curve, toBigInt(point.subarray(0, width)), toBigInt(point.subarray(width)))) {
    throw invalid('The point is not on its curve.')
  }
  const spki = concatBytes(ecPrefix(curve), point)
  return { algorithm: 'ec', algorithmOid: EC, spki, curve, point: spki.subarray(spki.length - 2 * width) }
}

const ecPrefixes = new Map<EcCurve, Uint8Array>()

/** What precedes the point in every SPKI of a curve. */
function ecPrefix(curve: EcCurve): Uint8Array {
  let prefix = ecPrefixes.get(curve)
  if (prefix === undefined) {
    const { oid, coordinateBytes } = CURVES[curve]
    const point = new Uint8Array(1 + 2 * coordinateBytes)
    point[0] = 4
    const spki = encodeSequence(encodeSequence(encodeOid(EC), encodeOid(oid)), encodeBitString(point))
    prefix = spki.subarray(0, spki.length - 2 * coordinateBytes)
    ecPrefixes.set(curve, prefix)
  }
  return prefix
}

function createRsaKey(modulus: Uint8Array, exponent: Uint8Array): PublicKey {
  const n = withoutLeadingZeros(modulus)
  const e = withoutLeadingZeros(exponent)
  const bits = n.length * 8 - Math.clz32(n[0] ?? 0) + 24
  if (bits < 1024 || bits > 8192) throw invalid('The modulus is too short or too long.', '1024 to 8192 bits', bits)
  if ((n[n.length - 1]! & 1) === 0) throw invalid('The modulus is even.')
  const last = e[e.length - 1] ?? 0
  if ((last & 1) === 0 || e.length > 8 || (e.length === 1 && last < 3)) throw invalid('The exponent is not usable.')
  const spki = encodeSequence(
    encodeSequence(encodeOid(RSA), encodeNull()),
    encodeBitString(encodeSequence(encodeInteger(n), encodeInteger(e))),
  )
  return { algorithm: 'rsa', algorithmOid: RSA, spki, modulus: n, exponent: e }
}

function createEd25519Key(bytes: Uint8Array): PublicKey {
  if (bytes.length !== 32) throw invalid('The key has the wrong length.', 32, bytes.length)
  if (isSmallOrder(bytes)) throw invalid('The point has a small order: anybody can sign for it.')
  const spki = encodeSequence(encodeSequence(encodeOid(ED25519)), encodeBitString(bytes))
  return { algorithm: 'ed25519', algorithmOid: ED25519, spki, raw: spki.subarray(spki.length - 32) }
}

/** The points of Ed25519 whose order divides 8, in every encoding, without the bit of the sign. */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
])

function isSmallOrder(point: Uint8Array): boolean {
  return SMALL_ORDER.has(encodeHex(point.with(31, point[31]! & 0x7f)))
}

function jwkBytes(jwk: PublicJwk, name: 'x' | 'y' | 'n' | 'e'): Uint8Array {
  const text = jwk[name]
  if (typeof text !== 'string') throw invalid(`The JWK has no member ${name}.`)
  return decodeBase64Url(text)
}

export function toBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${encodeHex(bytes)}`)
}

function withoutLeadingZeros(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (start < bytes.length && bytes[start] === 0) start++
  return bytes.slice(start)
}

function invalid(message: string, expected?: unknown, actual?: unknown): CodecError {
  return new CodecError('CODEC_KEY_INVALID', message, expected === undefined ? {} : { details: { expected, actual } })
}

function unsupported(actual: string): CodecError {
  return new CodecError('CODEC_KEY_UNSUPPORTED', undefined, { details: { actual } })
}
