import { isAllZero } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { EvidenceError } from '../../errors.ts'
import { plainBytes, readU16, readU32, readU64 } from '../quote/fields.ts'
import type { SgxAttributes } from '../quote/types.ts'
import { RSA_BYTES, SIGSTRUCT, SIGSTRUCT_BYTES, SIGSTRUCT_HEADER, SIGSTRUCT_HEADER2 } from './layout.ts'
import type { Sigstruct } from './types.ts'

const DEBUG_SIGNED = 0x80000000

/**
 * Reads the 1808 bytes of a SIGSTRUCT (specification page, section 1.8). Constants must be right and reserved bytes zero.
 *
 * Not checked: the signature (see `verifySigstruct`) and the helper values q1 and q2, which only the processor uses.
 *
 * @throws EvidenceError `DCAP_SIGSTRUCT_INVALID`.
 */
export function parseSigstruct(input: Uint8Array): Sigstruct {
  if (input.length !== SIGSTRUCT_BYTES) throw invalid('size', SIGSTRUCT_BYTES, input.length)
  const bytes = plainBytes(input)
  if (!holdsConstant(bytes, SIGSTRUCT.header, SIGSTRUCT_HEADER)) throw invalid('header', 'the constant', 'other bytes')
  if (!holdsConstant(bytes, SIGSTRUCT.header2, SIGSTRUCT_HEADER2)) {
    throw invalid('header2', 'the constant', 'other bytes')
  }
  const reserved = [
    ['reserved1', SIGSTRUCT.reserved1, SIGSTRUCT.modulus],
    ['reserved2', SIGSTRUCT.reserved2, SIGSTRUCT.isvExtProdId],
    ['reserved3', SIGSTRUCT.reserved3, SIGSTRUCT.q1],
  ] as const
  for (const [path, start, end] of reserved) {
    if (!isAllZero(bytes.subarray(start, end))) throw invalid(path, 'zero', 'not zero')
  }
  const exponent = readU32(bytes, SIGSTRUCT.exponent)
  if (exponent !== 3) throw invalid('exponent', 3, exponent)
  const type = readU32(bytes, SIGSTRUCT.type)
  if (type !== 0 && type !== DEBUG_SIGNED) throw invalid('type', [0, DEBUG_SIGNED], type)
  const take = (start: number, length: number): Uint8Array => bytes.subarray(start, start + length)
  const modulus = take(SIGSTRUCT.modulus, RSA_BYTES)
  return {
    bytes,
    debugSigned: type === DEBUG_SIGNED,
    vendor: readU32(bytes, SIGSTRUCT.vendor),
    date: decodeDate(readU32(bytes, SIGSTRUCT.date)),
    hwVersion: readU32(bytes, SIGSTRUCT.hwVersion),
    modulus,
    exponent,
    signature: take(SIGSTRUCT.signature, RSA_BYTES),
    miscSelect: readU32(bytes, SIGSTRUCT.miscSelect),
    miscMask: readU32(bytes, SIGSTRUCT.miscMask),
    isvFamilyId: take(SIGSTRUCT.isvFamilyId, 16),
    attributes: readAttributes(bytes, SIGSTRUCT.attributes),
    attributeMask: readAttributes(bytes, SIGSTRUCT.attributeMask),
    mrEnclave: take(SIGSTRUCT.enclaveHash, 32),
    isvExtProdId: take(SIGSTRUCT.isvExtProdId, 16),
    isvProdId: readU16(bytes, SIGSTRUCT.isvProdId),
    isvSvn: readU16(bytes, SIGSTRUCT.isvSvn),
    mrSigner: digest('sha256', modulus),
  }
}

/** Tells whether the constant stands at the offset; the bytes may end before it. */
export function holdsConstant(bytes: Uint8Array, at: number, constant: readonly number[]): boolean {
  return constant.every((value, i) => bytes[at + i] === value)
}

/** The date is written as eight decimal digits, one a nibble. */
function decodeDate(value: number): string {
  const digits = value.toString(16).padStart(8, '0')
  if (!/^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/.test(digits)) {
    throw invalid('date', 'yyyymmdd in decimal digits', digits)
  }
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`
}

function readAttributes(bytes: Uint8Array, at: number): SgxAttributes {
  return { flags: readU64(bytes, at), xfrm: readU64(bytes, at + 8) }
}

function invalid(path: string, expected: unknown, actual: unknown): EvidenceError {
  return new EvidenceError('DCAP_SIGSTRUCT_INVALID', undefined, {
    details: { path: `sigstruct.${path}`, expected, actual },
  })
}
