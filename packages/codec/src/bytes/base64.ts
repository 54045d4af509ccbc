import { CodecError } from '../errors.ts'
import { textOfAscii } from './text.ts'

const COMMON = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

interface Alphabet {
  readonly codes: Uint8Array
  readonly values: Int8Array
  readonly padded: boolean
}

function createAlphabet(text: string, padded: boolean): Alphabet {
  const codes = Uint8Array.from(text, (letter) => letter.charCodeAt(0))
  const values = new Int8Array(128).fill(-1)
  codes.forEach((code, value) => {
    values[code] = value
  })
  return { codes, values, padded }
}

const STANDARD = createAlphabet(`${COMMON}+/`, true)
const URL_SAFE = createAlphabet(`${COMMON}-_`, false)

/** Base64 with padding (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  return encode(bytes, STANDARD)
}

/** Base64url without padding (RFC 4648 §5). */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encode(bytes, URL_SAFE)
}

/** Bytes of canonical, padded base64; white space, a foreign letter or set spare bits throw `CODEC_BASE64_INVALID`. */
export function decodeBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) throw invalid(text.length, 'Padded base64 comes in groups of four letters.')
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return decode(text, text.length - padding, STANDARD)
}

/** Bytes of canonical base64url; padding, white space, a foreign letter or set spare bits throw `CODEC_BASE64_INVALID`. */
export function decodeBase64Url(text: string): Uint8Array {
  return decode(text, text.length, URL_SAFE)
}

function encode(bytes: Uint8Array, { codes, padded }: Alphabet): string {
  const whole = Math.floor(bytes.length / 3)
  const rest = bytes.length - whole * 3
  const tail = rest === 0 ? 0 : padded ? 4 : rest + 1
  const out = new Uint8Array(whole * 4 + tail).fill(0x3d)
  let to = 0
  for (let from = 0; from < whole * 3; from += 3) {
    const group = (bytes[from]! << 16) | (bytes[from + 1]! << 8) | bytes[from + 2]!
    out[to++] = codes[group >> 18]!
    out[to++] = codes[(group >> 12) & 63]!
    out[to++] = codes[(group >> 6) & 63]!
    out[to++] = codes[group & 63]!
  }
  if (rest > 0) {
    const group = (bytes[whole * 3]! << 16) | ((bytes[whole * 3 + 1] ?? 0) << 8)
    out[to++] = codes[group >> 18]!
    out[to++] = codes[(group >> 12) & 63]!
    if (rest === 2) out[to++] = codes[(group >> 6) & 63]!
  }
  return textOfAscii(out)
}

function decode(text: string, length: number, { values }: Alphabet): Uint8Array {
  const rest = length % 4
  if (rest === 1) throw invalid(length, 'The number of base64 letters is impossible.')
  const bytes = new Uint8Array(Math.floor(length / 4) * 3 + (rest === 0 ? 0 : rest - 1))
  const whole = length - rest
  let to = 0
  // Four letters at once, and one test for all of them: evidence is read here, and there is much of it.
  for (let from = 0; from < whole; from += 4) {
    const a = text.charCodeAt(from)
    const b = text.charCodeAt(from + 1)
    const c = text.charCodeAt(from + 2)
    const d = text.charCodeAt(from + 3)
    if ((a | b | c | d) > 127) throw refuseLetter(text, from, values)
    // A letter that is none has the value -1, which makes the whole group negative.
    const group = (values[a]! << 18) | (values[b]! << 12) | (values[c]! << 6) | values[d]!
    if (group < 0) throw refuseLetter(text, from, values)
    bytes[to++] = group >> 16
    bytes[to++] = group >> 8
    bytes[to++] = group
  }
  if (rest === 0) return bytes
  let group = 0
  for (let from = whole; from < length; from++) {
    const code = text.charCodeAt(from)
    const value = code < 128 ? values[code]! : -1
    if (value < 0) throw refuseLetter(text, from, values)
    group = (group << 6) | value
  }
  const spare = rest === 2 ? 4 : 2
  if ((group & ((1 << spare) - 1)) !== 0) throw invalid(length - 1, 'The spare bits of the last letter are not zero.')
  group >>= spare
  if (rest === 3) bytes[to++] = group >> 8
  bytes[to] = group
  return bytes
}

/** Names the first letter from an offset on that is none. */
function refuseLetter(text: string, from: number, values: Int8Array): CodecError {
  let offset = from
  while ((values[text.charCodeAt(offset)] ?? -1) >= 0) offset++
  return invalid(offset, 'A letter is not of the base64 alphabet.')
}

function invalid(offset: number, message: string): CodecError {
  return new CodecError('CODEC_BASE64_INVALID', message, { details: { offset } })
}
