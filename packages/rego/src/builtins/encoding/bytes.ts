import { failure } from '../operand.ts'

const DECODER = new TextDecoder('utf-8', { ignoreBOM: true })
const ENCODER = new TextEncoder()

/** Bytes of a text in UTF-8. */
export function bytesOf(text: string): Uint8Array {
  return ENCODER.encode(text)
}

/** Text of bytes; what is not UTF-8 becomes U+FFFD, since a Rego string holds code points. */
export function textOf(bytes: Uint8Array): string {
  return DECODER.decode(bytes)
}

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const URL_SAFE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

function valuesOf(alphabet: string): Uint8Array {
  const values = new Uint8Array(128).fill(255)
  for (let i = 0; i < 64; i++) values[alphabet.charCodeAt(i)] = i
  return values
}

const STANDARD_VALUES = valuesOf(STANDARD)
const URL_VALUES = valuesOf(URL_SAFE)

/** Which of the two alphabets, and whether `=` fills the last group. */
export interface Base64Form {
  readonly urlSafe?: boolean
  readonly padded?: boolean
}

function illegal(offset: number): Error {
  return failure(`illegal base64 data at input byte ${offset}`)
}

/**
 * Bytes of a base64 text (RFC 4648). Line ends are passed over. Throws a failure that names the first byte that does
 * not fit, as counted in UTF-8.
 */
export function decodeBase64(text: string, form: Base64Form = {}): Uint8Array {
  const values = form.urlSafe ? URL_VALUES : STANDARD_VALUES
  const padded = form.padded ?? true
  const input = bytesOf(text)
  const output = new Uint8Array(Math.ceil(input.length / 4) * 3)
  let size = 0
  let group = 0
  let count = 0
  let at = 0
  for (; at < input.length; at++) {
    const byte = input[at]!
    if (byte === 10 || byte === 13) continue
    if (byte === 61) break
    const value = byte < 128 ? values[byte]! : 255
    if (value === 255) throw illegal(at)
    group = (group << 6) | value
    if (++count < 4) continue
    output[size++] = group >> 16
    output[size++] = group >> 8
    output[size++] = group
    group = 0
    count = 0
  }
  if (at < input.length) expectPadding(input, at, count, padded)
  else if (count === 1 || (padded && count > 0)) throw illegal(input.length - (padded ? count : 1))
  if (count >= 2) output[size++] = group >> (count === 2 ? 4 : 10)
  if (count === 3) output[size++] = group >> 2
  return output.subarray(0, size)
}

/** Holds the end of a text to `=` for each missing character of its last group, and nothing but line ends behind. */
function expectPadding(input: Uint8Array, start: number, count: number, padded: boolean): void {
  if (!padded || count < 2) throw illegal(start)
  let missing = 4 - count
  for (let at = start; at < input.length; at++) {
    const byte = input[at]!
    if (byte === 10 || byte === 13) continue
    if (byte !== 61 || missing === 0) throw illegal(at)
    missing--
  }
  if (missing > 0) throw illegal(input.length)
}

/** Base64 text of bytes. */
export function encodeBase64(bytes: Uint8Array, form: Base64Form = {}): string {
  const alphabet = form.urlSafe ? URL_SAFE : STANDARD
  const pieces: string[] = []
  for (let at = 0; at < bytes.length; at += 3) {
    const group = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    const count = Math.min(bytes.length - at, 3) + 1
    for (let i = 0; i < 4; i++) {
      if (i < count) pieces.push(alphabet[(group >> (18 - 6 * i)) & 63]!)
      else if (form.padded ?? true) pieces.push('=')
    }
  }
  return pieces.join('')
}
