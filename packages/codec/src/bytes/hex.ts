import { CodecError } from '../errors.ts'

const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Value of each ASCII letter as a hexadecimal digit, −1 where it is none. */
const DIGITS = Int8Array.from({ length: 128 }, (_, code) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase()),
)

/** Lower-case hexadecimal. */
export function encodeHex(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i++) text += PAIRS[bytes[i]!]
  return text
}

/** Bytes of hexadecimal text of either case: an even number of digits and nothing else, or `CODEC_HEX_INVALID`. */
export function decodeHex(text: string): Uint8Array {
  if (text.length % 2 !== 0) {
    throw new CodecError('CODEC_HEX_INVALID', 'The number of hexadecimal digits is odd.', {
      details: { actual: text.length },
    })
  }
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    const high = text.charCodeAt(2 * i)
    const low = text.charCodeAt(2 * i + 1)
    const value = high < 128 && low < 128 ? (DIGITS[high]! << 4) | DIGITS[low]! : -1
    if (value < 0) throw new CodecError('CODEC_HEX_INVALID', undefined, { details: { offset: 2 * i } })
    bytes[i] = value
  }
  return bytes
}
