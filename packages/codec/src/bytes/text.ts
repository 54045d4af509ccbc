import { CodecError } from '../errors.ts'

/** With the u flag a proper pair is one code point, so this meets only halves. */
export const LONE_SURROGATE: RegExp = /[\ud800-\udfff]/u

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const latin1 = new TextDecoder('latin1')

/** UTF-8 bytes of a string. A lone surrogate throws `CODEC_UTF8_INVALID` instead of turning into U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  if (LONE_SURROGATE.test(text)) throw new CodecError('CODEC_UTF8_INVALID', 'The text holds a lone surrogate.')
  return encoder.encode(text)
}

/** Text of UTF-8 bytes; malformed UTF-8 throws `CODEC_UTF8_INVALID`. A byte order mark is kept as U+FEFF. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new CodecError('CODEC_UTF8_INVALID', undefined, { cause })
  }
}

/** Text of bytes that the caller knows to be ASCII. */
export function textOfAscii(bytes: Uint8Array): string {
  return latin1.decode(bytes)
}
