/**
 * The two ways hexadecimal is written about quotes. `memory` is the order of the bytes in the quote, first byte first: what
 * most tools print. `intel` is Intel's appraisal framework: the whole field as one little-endian number, last byte first,
 * upper case (specification page, section 5.3). Of its documents only `fmspc` is written in memory order.
 */
import { decodeHex, encodeHex, reverseBytes } from '@veritee/codec/bytes'

/** `memory`: first byte first. `intel`: last byte first. */
export type HexByteOrder = 'intel' | 'memory'

/** Upper-case digits of a field in the order named. */
export function encodeOrderedHex(bytes: Uint8Array, order: HexByteOrder): string {
  return encodeHex(order === 'intel' ? reverseBytes(bytes) : bytes).toUpperCase()
}

/** Bytes as they stand in the quote. Throws `CODEC_HEX_INVALID`. */
export function decodeOrderedHex(text: string, order: HexByteOrder): Uint8Array {
  const bytes = decodeHex(text)
  return order === 'intel' ? reverseBytes(bytes) : bytes
}

/** The same field in the other order, upper case; its own inverse. Throws `CODEC_HEX_INVALID`. */
export function reverseHex(text: string): string {
  return encodeHex(reverseBytes(decodeHex(text))).toUpperCase()
}
