import { compareBytes } from '../bytes/compare.ts'
import { decodeHex } from '../bytes/hex.ts'
import { readDer } from '../der/reader.ts'
import { CodecError } from '../errors.ts'
import { CURVES, type EcCurve } from './curves.ts'
import { type PublicKey, RSA_PSS } from './public-key.ts'
import { DIGEST_BYTES, type NormalizedScheme, type SignatureScheme } from './scheme.ts'

const HASHES: ReadonlySet<string> = new Set(['sha256', 'sha384', 'sha512'])

/** Fills in a scheme's defaults; what does not fit the key throws `CODEC_SIGNATURE_UNSUPPORTED`. */
export function normalizeScheme(key: PublicKey, scheme: SignatureScheme): NormalizedScheme {
  if (scheme.scheme === 'ed25519') {
    if (key.algorithm !== 'ed25519') throw misfit(key, scheme)
    return { scheme: 'ed25519' }
  }
  if (!HASHES.has(scheme.hash)) throw misfit(key, scheme)
  if (scheme.scheme === 'ecdsa') {
    if (key.algorithm !== 'ec' || key.curve === 'SM2') throw misfit(key, scheme)
    return { scheme: 'ecdsa', hash: scheme.hash }
  }
  if (key.algorithm !== 'rsa') throw misfit(key, scheme)
  if (scheme.scheme === 'rsa-pkcs1' && key.algorithmOid === RSA_PSS) throw misfit(key, scheme)
  if (scheme.scheme === 'rsa-pkcs1') return { scheme: 'rsa-pkcs1', hash: scheme.hash }
  const saltBytes = scheme.saltBytes ?? DIGEST_BYTES[scheme.hash]
  if (!Number.isInteger(saltBytes) || saltBytes < 0 || saltBytes > 512) throw misfit(key, scheme)
  return { scheme: 'rsa-pss', hash: scheme.hash, saltBytes }
}

/** Brings a signature into the form engines take, or returns undefined for one that can never be valid. */
export function normalizeSignature(
  key: PublicKey,
  scheme: SignatureScheme,
  signature: Uint8Array,
): Uint8Array | undefined {
  switch (scheme.scheme) {
    case 'ecdsa': {
      const raw = scheme.format === 'raw' ? signature : decodeEcdsaSignature(signature, key.curve!)
      return raw !== undefined && isWithinOrder(raw, key.curve!) ? raw : undefined
    }
    case 'ed25519':
      return signature.length === 64 ? signature : undefined
    default:
      return signature.length === key.modulus!.length ? signature : undefined
  }
}

/** r‖s of a DER ECDSA signature (RFC 3279 §2.2.3), or undefined if it is not strict DER or too wide. */
export function decodeEcdsaSignature(der: Uint8Array, curve: EcCurve): Uint8Array | undefined {
  const width = CURVES[curve].coordinateBytes
  try {
    return readDer(der, (sequence) => {
      const raw = new Uint8Array(2 * width)
      for (const end of [width, 2 * width]) {
        const number = sequence.readUnsignedBytes()
        if (number.length > width) return undefined
        raw.set(number, end - number.length)
      }
      return raw
    })
  } catch (error) {
    if (error instanceof CodecError) return undefined
    throw error
  }
}

const orders = new Map<EcCurve, Uint8Array>()

function orderOf(curve: EcCurve): Uint8Array {
  let order = orders.get(curve)
  if (order === undefined) {
    const { n, coordinateBytes } = CURVES[curve]
    order = decodeHex(n.toString(16).padStart(2 * coordinateBytes, '0'))
    orders.set(curve, order)
  }
  return order
}

function isWithinOrder(raw: Uint8Array, curve: EcCurve): boolean {
  const order = orderOf(curve)
  const width = order.length
  if (raw.length !== 2 * width) return false
  return [raw.subarray(0, width), raw.subarray(width)].every(
    (number) => compareBytes(number, order) < 0 && number.some((byte) => byte !== 0),
  )
}

function misfit(key: PublicKey, scheme: SignatureScheme): CodecError {
  const hash = 'hash' in scheme ? ` with ${scheme.hash}` : ''
  return new CodecError('CODEC_SIGNATURE_UNSUPPORTED', undefined, {
    details: { expected: `${key.algorithm} key ${key.curve ?? ''}`.trim(), actual: `${scheme.scheme}${hash}` },
  })
}
