/** Bytes: bounded reading, joining, comparison and text forms. */
export { decodeBase64, decodeBase64Url, encodeBase64, encodeBase64Url } from './base64.ts'
export { compareBytes, concatBytes, equalBytes, equalSecrets, isAllZero, reverseBytes } from './compare.ts'
export { ByteCursor } from './cursor.ts'
export { decodeHex, encodeHex } from './hex.ts'
export { u16be, u16le, u32be, u32le, u64be, u64le } from './integers.ts'
export { decodeUtf8, encodeUtf8 } from './text.ts'
