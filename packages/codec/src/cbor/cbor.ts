import { decode, encode, rfc8949EncodeOptions } from 'cborg'
import { equalBytes } from '../bytes/compare.ts'
import { CodecError } from '../errors.ts'
import { CBOR_LIMITS, type CborLimits } from './limits.ts'
import { scanCbor } from './scan.ts'

/** A CBOR data item. Integers beyond the safe range are bigint; a map keeps the order it was read in. */
export type CborValue = null | boolean | number | bigint | string | Uint8Array | readonly CborValue[] | CborMap

/** Keys are integers or texts. */
export type CborMap = ReadonlyMap<CborValue, CborValue>

/**
 * Reads one CBOR data item (RFC 8949): definite lengths, shortest heads, no repeated map key, no tag, undefined, infinity
 * or NaN, nothing behind it. The order of map keys is not looked at. Throws `CODEC_CBOR_INVALID`, `CODEC_CBOR_LIMIT` and
 * `CODEC_BYTES_*`.
 */
export function decodeCbor(bytes: Uint8Array, limits: CborLimits = {}): CborValue {
  const bounds = { ...CBOR_LIMITS, ...limits }
  if (bytes.length > bounds.maxBytes) {
    throw new CodecError('CODEC_CBOR_LIMIT', undefined, {
      details: { path: 'bytes', expected: bounds.maxBytes, actual: bytes.length },
    })
  }
  scanCbor(bytes, bounds)
  return attempt('decode', () => decode(bytes, READING) as CborValue)
}

/** As {@link decodeCbor}, for documents that must be in the one deterministic form (RFC 8949 §4.2.1): map keys sorted too. */
export function decodeDeterministicCbor(bytes: Uint8Array, limits: CborLimits = {}): CborValue {
  const value = decodeCbor(bytes, limits)
  if (!equalBytes(encodeCbor(value), bytes)) {
    throw new CodecError('CODEC_CBOR_INVALID', 'The document is not in the deterministic form.')
  }
  return value
}

/** Writes the deterministic form (RFC 8949 §4.2.1). Values that have none throw `CODEC_CBOR_INVALID`. */
export function encodeCbor(value: CborValue): Uint8Array {
  return attempt('encode', () => new Uint8Array(encode(value, rfc8949EncodeOptions)))
}

const READING = {
  strict: true,
  useMaps: true,
  rejectDuplicateMapKeys: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
} as const

function attempt<T>(what: 'decode' | 'encode', work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const message = what === 'decode' ? 'The bytes are not strict CBOR.' : 'The value has no CBOR form.'
    throw new CodecError('CODEC_CBOR_INVALID', message, { cause })
  }
}
