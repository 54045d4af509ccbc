import type { RecognizedContent } from './types.ts'

/** SPDM 1.1, GET_MEASUREMENTS and its answer. */
const SPDM_REQUEST = [0x11, 0xe0]
const SPDM_RESPONSE = [0x11, 0x60]
const SPDM_RESPONSE_AT = 37
/** TPM_GENERATED_VALUE, big-endian. */
const TPM_MAGIC = [0xff, 0x54, 0x43, 0x47]
const HCL_MAGIC = [0x48, 0x43, 0x4c, 0x41]
/** COSE_Sign1 with and without its tag: an array of four whose first member is a short byte string. */
const COSE_TAG = 0xd2
const COSE_ARRAY = 0x84

/** Recognises reports of devices, structures of TPMs and COSE documents by constants at their beginnings. */
export function recognizeDevice(bytes: Uint8Array): RecognizedContent | undefined {
  if (startsWith(bytes, SPDM_REQUEST) && startsWith(bytes.subarray(SPDM_RESPONSE_AT), SPDM_RESPONSE))
    return { kind: 'gpu-report', bytes }
  if (startsWith(bytes, HCL_MAGIC)) return { kind: 'hcl-report', bytes }
  if (startsWith(bytes, TPM_MAGIC)) return { kind: 'tpm-structure', structure: 'quote', bytes }
  if (isTpmPublic(bytes)) return { kind: 'tpm-structure', structure: 'public', bytes }
  if (isTpmSignature(bytes)) return { kind: 'tpm-structure', structure: 'signature', bytes }
  return isCoseDocument(bytes) ? { kind: 'cose-document', bytes } : undefined
}

/** TPMT_PUBLIC, or TPM2B_PUBLIC with its size in front: an RSA or ECC type, a known hash, no reserved attribute. */
function isTpmPublic(bytes: Uint8Array): boolean {
  const body = bytes.length > 2 && readU16be(bytes, 0) === bytes.length - 2 ? bytes.subarray(2) : bytes
  if (body.length < 32) return false
  const [type, hash] = [readU16be(body, 0), readU16be(body, 2)]
  const attributes = (readU16be(body, 4) << 16) | readU16be(body, 6)
  return (type === 0x0001 || type === 0x0023) && isHash(hash) && (attributes & ~0x000f_0cf6) === 0
}

/** TPMT_SIGNATURE: scheme, hash, and members whose sizes use up all bytes. */
function isTpmSignature(bytes: Uint8Array): boolean {
  if (bytes.length < 8 || !isHash(readU16be(bytes, 2))) return false
  const scheme = readU16be(bytes, 0)
  const first = 6 + readU16be(bytes, 4)
  if (scheme === 0x0014 || scheme === 0x0016) return first === bytes.length
  if (scheme !== 0x0018 && scheme !== 0x001b) return false
  return first + 2 <= bytes.length && first + 2 + readU16be(bytes, first) === bytes.length
}

function isCoseDocument(bytes: Uint8Array): boolean {
  const array = bytes[0] === COSE_TAG ? bytes.subarray(1) : bytes
  if (array.length < 8 || array[0] !== COSE_ARRAY) return false
  // The protected header: a byte string of up to 23 bytes that holds a map.
  const head = array[1]!
  return head >= 0x41 && head <= 0x57 && array[2]! >> 5 === 5
}

function isHash(identifier: number): boolean {
  return [0x0004, 0x000b, 0x000c, 0x000d, 0x0012].includes(identifier)
}

function readU16be(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 256 + bytes[at + 1]!
}

function startsWith(bytes: Uint8Array, constant: readonly number[]): boolean {
  return bytes.length >= constant.length && constant.every((value, i) => bytes[i] === value)
}
