import { decodeHex, encodeHex } from '@veritee/codec/bytes'

/** A GUID as firmware stores it: the first three groups least significant byte first (UEFI Specification, appendix A). */
export function encodeGuid(text: string): Uint8Array {
  const bytes = decodeHex(text.replaceAll('-', ''))
  return Uint8Array.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map((from) => bytes[from]!))
}

/** The text of a stored GUID, 16 bytes. */
export function decodeGuid(bytes: Uint8Array): string {
  const hex = encodeHex(encodeGuid(encodeHex(bytes)))
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
