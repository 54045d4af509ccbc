import { CodecError } from '../errors.ts'

const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

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
    const value = (digit(text.charCodeAt(2 * i)) << 4) | digit(text.charCodeAt(2 * i + 1))
    if (value < 0) throw new CodecError('CODEC_HEX_INVALID', undefined, { details: { offset: 2 * i } })
    bytes[i] = value
  }
  return bytes
}

function digit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  if (code >= 0x61 && code <= 0x66) return code - 0x57
  if (code >= 0x41 && code <= 0x46) return code - 0x37
  return -1
}
