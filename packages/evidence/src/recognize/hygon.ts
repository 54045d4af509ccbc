import { readU32 } from '../dcap/quote/fields.ts'
import type { RecognizedContent } from './types.ts'

const AUTHORITY_BYTES = 832
const PLATFORM_BYTES = 2084
const CURVE_SM2 = 3
const PAGE_BYTES = 4096
/** Used bytes of a page: version 1, version 2 and later. */
const USED_BYTES = [2548, 3380]
/** A page, the length of what follows, then HSK and CEK. */
const PAGE_WITH_CHIP_BYTES = PAGE_BYTES + 4 + AUTHORITY_BYTES + PLATFORM_BYTES
const USAGE_AT = 0xb4
const ALGORITHM_AT = 0xb8
const NONCE_AT = 0xbc
const USAGE_PEK = 0x1002
const ALGORITHM_SM2 = 4

/** Recognises report pages by the usage and algorithm that they state, certificates by their sizes, usages and curve. */
export function recognizeHygon(bytes: Uint8Array): RecognizedContent | undefined {
  if (isReport(bytes)) return { kind: 'csv-report', bytes }
  return holdsCertificates(bytes) ? { kind: 'hygon-certificates', bytes } : undefined
}

/** In version 1 both fields are XORed with the nonce behind them; from version 2 on they stand in the clear. */
function isReport(bytes: Uint8Array): boolean {
  const { length } = bytes
  if (length !== PAGE_BYTES && length !== PAGE_WITH_CHIP_BYTES && !USED_BYTES.includes(length)) return false
  const [usage, algorithm, nonce] = [USAGE_AT, ALGORITHM_AT, NONCE_AT].map((at) => readU32(bytes, at)) as [
    number,
    number,
    number,
  ]
  if (usage === USAGE_PEK && algorithm === ALGORITHM_SM2) return true
  return (usage ^ nonce) >>> 0 === USAGE_PEK && (algorithm ^ nonce) >>> 0 === ALGORITHM_SM2
}

/** One certificate of either form, or a row of them from the first byte to the last. */
function holdsCertificates(bytes: Uint8Array): boolean {
  let at = 0
  while (at < bytes.length) {
    const size = sizeOfCertificate(bytes, at)
    if (size === undefined) return false
    at += size
  }
  return at > 0
}

function sizeOfCertificate(bytes: Uint8Array, at: number): number | undefined {
  const left = bytes.length - at
  if (left >= PLATFORM_BYTES && isPlatform(bytes, at)) return PLATFORM_BYTES
  if (left >= AUTHORITY_BYTES && isAuthority(bytes, at)) return AUTHORITY_BYTES
  return undefined
}

function isAuthority(bytes: Uint8Array, at: number): boolean {
  const usage = readU32(bytes, at + 36)
  return readU32(bytes, at) === 1 && (usage === 0 || usage === 0x13) && readU32(bytes, at + 64) === CURVE_SM2
}

function isPlatform(bytes: Uint8Array, at: number): boolean {
  const usage = readU32(bytes, at + 8)
  return readU32(bytes, at) <= 2 && usage >= 0x1001 && usage <= 0x1004 && readU32(bytes, at + 16) === CURVE_SM2
}
