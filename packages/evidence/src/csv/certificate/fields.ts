/** Fields that all Hygon structures share: keys, ids and signatures of 72 little-endian bytes a number. */
import { concatBytes, isAllZero, reverseBytes } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { importPublicKey, type PublicKey } from '@veritee/codec/signature'
import { CsvError, type CsvErrorCode } from '../codes.ts'

/** Width of one number as stored. */
export const NUMBER_BYTES = 72
const VALUE_BYTES = 32
const CURVE_SM2 = 3
const MOST_UID_BYTES = 254

/** A number of 32 significant bytes, most significant first. @throws EvidenceError CSV_CERTIFICATE_MALFORMED */
export function readNumber(bytes: Uint8Array, path: string): Uint8Array {
  if (!isAllZero(bytes.subarray(VALUE_BYTES)))
    throw refuse('CSV_CERTIFICATE_MALFORMED', path, '32 bytes and zeros', 'a longer number')
  return reverseBytes(bytes.subarray(0, VALUE_BYTES))
}

/** r‖s, 64 bytes, of two numbers that follow each other. */
export function readSignature(bytes: Uint8Array, path: string): Uint8Array {
  return concatBytes(
    readNumber(bytes.subarray(0, NUMBER_BYTES), `${path}.r`),
    readNumber(bytes.subarray(NUMBER_BYTES, 2 * NUMBER_BYTES), `${path}.s`),
  )
}

/** Curve id, then x and y. @throws EvidenceError CSV_CERTIFICATE_KEY, CSV_CERTIFICATE_MALFORMED */
export function readKey(bytes: Uint8Array, path: string): PublicKey {
  const curve = u32(bytes, 0)
  if (curve !== CURVE_SM2) throw refuse('CSV_CERTIFICATE_KEY', `${path}.curve`, CURVE_SM2, curve)
  const [x, y] = [4, 4 + NUMBER_BYTES].map((at) => readNumber(bytes.subarray(at, at + NUMBER_BYTES), path)) as [
    Uint8Array,
    Uint8Array,
  ]
  try {
    return importPublicKey({ kind: 'ec-point', curve: 'SM2', point: concatBytes(x, y) })
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new CsvError('CSV_CERTIFICATE_KEY', undefined, {
      details: { path, expected: 'a point on the SM2 curve' },
      cause,
    })
  }
}

/** Length, then the id; what follows it must be zero. @throws EvidenceError CSV_CERTIFICATE_MALFORMED */
export function readUserId(bytes: Uint8Array, path: string): Uint8Array {
  const size = bytes[0]! | (bytes[1]! << 8)
  if (size > MOST_UID_BYTES)
    throw refuse('CSV_CERTIFICATE_MALFORMED', `${path}.uid_size`, `at most ${MOST_UID_BYTES}`, size)
  if (!isAllZero(bytes.subarray(2 + size)))
    throw refuse('CSV_CERTIFICATE_MALFORMED', `${path}.user_id`, 'zeros behind the id')
  return bytes.subarray(2, 2 + size)
}

export function u32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at, true)
}

export function refuse(code: CsvErrorCode, path: string, expected?: unknown, actual?: unknown): CsvError {
  return new CsvError(code, undefined, {
    details: { path, ...(expected === undefined ? {} : { expected }), ...(actual === undefined ? {} : { actual }) },
  })
}
