import { concatBytes } from '../bytes/compare.ts'
import { encodeUtf8 } from '../bytes/text.ts'
import { CodecError } from '../errors.ts'
import { contextTag, TAG } from './tags.ts'
import type { Oid } from './values.ts'

/** One element with the identifier octet given. */
export function encodeElement(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of content) length += part.length
  const header = [tag]
  if (length < 0x80) header.push(length)
  else {
    const octets: number[] = []
    for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
    header.push(0x80 | octets.length, ...octets)
  }
  return concatBytes(Uint8Array.from(header), ...content)
}

/** A SEQUENCE of parts that are encoded already. */
export function encodeSequence(...parts: readonly Uint8Array[]): Uint8Array {
  return encodeElement(TAG.sequence, ...parts)
}

/** A SET in the order given; for SET OF, whose elements DER sorts, pass them sorted. */
export function encodeSet(...parts: readonly Uint8Array[]): Uint8Array {
  return encodeElement(TAG.set, ...parts)
}

/** INTEGER of a number, or of bytes taken as an unsigned big-endian magnitude. */
export function encodeInteger(value: bigint | number | Uint8Array): Uint8Array {
  return encodeElement(TAG.integer, value instanceof Uint8Array ? unsignedContent(value) : signedContent(value))
}

/** An ENUMERATED. */
export function encodeEnumerated(value: number): Uint8Array {
  return encodeElement(TAG.enumerated, signedContent(value))
}

/** A BOOLEAN, TRUE as 0xff (X.690, 11.1). */
export function encodeBoolean(value: boolean): Uint8Array {
  return encodeElement(TAG.boolean, Uint8Array.of(value ? 0xff : 0))
}

/** A NULL. */
export function encodeNull(): Uint8Array {
  return encodeElement(TAG.null)
}

/** An OCTET STRING. */
export function encodeOctetString(bytes: Uint8Array): Uint8Array {
  return encodeElement(TAG.octetString, bytes)
}

/** A BIT STRING; the unused bits of the last byte are the caller’s to clear. */
export function encodeBitString(bytes: Uint8Array, unusedBits: number = 0): Uint8Array {
  return encodeElement(TAG.bitString, Uint8Array.of(unusedBits), bytes)
}

/** OBJECT IDENTIFIER of the dotted form. */
export function encodeOid(oid: Oid): Uint8Array {
  if (!/^[0-2](\.(0|[1-9][0-9]*))+$/.test(oid)) throw unfit('The object identifier is malformed.', oid)
  const [root, second, ...rest] = oid.split('.').map(BigInt) as [bigint, bigint, ...bigint[]]
  if (root < 2n && second > 39n) throw unfit('The object identifier is malformed.', oid)
  return encodeElement(TAG.oid, Uint8Array.from([root * 40n + second, ...rest].flatMap(base128)))
}

/** A UTF8String. */
export function encodeUtf8String(text: string): Uint8Array {
  return encodeElement(TAG.utf8String, encodeUtf8(text))
}

/** A PrintableString; its characters are not checked. */
export function encodePrintableString(text: string): Uint8Array {
  if (!/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text)) throw unfit('The text does not fit a PrintableString.', text)
  return encodeElement(TAG.printableString, encodeUtf8(text))
}

/** An IA5String. */
export function encodeIa5String(text: string): Uint8Array {
  if (!/^[\x00-\x7f]*$/.test(text)) throw unfit('The text does not fit an IA5String.', text)
  return encodeElement(TAG.ia5String, encodeUtf8(text))
}

/** UTCTime of epoch seconds in 1950…2049. */
export function encodeUtcTime(atSeconds: number): Uint8Array {
  const digits = timeDigits(atSeconds)
  const year = Number(digits.slice(0, 4))
  if (year < 1950 || year > 2049) throw unfit('The time does not fit a UTCTime.', atSeconds)
  return encodeElement(TAG.utcTime, encodeUtf8(`${digits.slice(2)}Z`))
}

/** GeneralizedTime of epoch seconds in the years 0…9999. */
export function encodeGeneralizedTime(atSeconds: number): Uint8Array {
  return encodeElement(TAG.generalizedTime, encodeUtf8(`${timeDigits(atSeconds)}Z`))
}

/** Time as RFC 5280 §4.1.2.5 wants it: UTCTime through 2049, GeneralizedTime from 2050. */
export function encodeTime(atSeconds: number): Uint8Array {
  const year = Number(timeDigits(atSeconds).slice(0, 4))
  return year >= 1950 && year <= 2049 ? encodeUtcTime(atSeconds) : encodeGeneralizedTime(atSeconds)
}

/** The parts within the explicit context tag `number`. */
export function encodeExplicit(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return encodeElement(contextTag(number, true), ...parts)
}

/** Primitive content under the implicit context tag `number`. */
export function encodeImplicit(number: number, content: Uint8Array): Uint8Array {
  return encodeElement(contextTag(number, false), content)
}

function timeDigits(atSeconds: number): string {
  const date = new Date(atSeconds * 1000)
  if (!Number.isSafeInteger(atSeconds) || Number.isNaN(date.getTime())) throw unfit('The time is malformed.', atSeconds)
  const text = date.toISOString()
  if (text.length !== 24) throw unfit('The time lies outside the years 0 to 9999.', atSeconds)
  return text.slice(0, 19).replace(/[-:T]/g, '')
}

function signedContent(value: bigint | number): Uint8Array {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw unfit('The integer is not exact.', value)
  let rest = BigInt(value)
  const octets: number[] = []
  for (;;) {
    const octet = Number(rest & 0xffn)
    octets.unshift(octet)
    rest >>= 8n
    if ((rest === 0n && octet < 0x80) || (rest === -1n && octet >= 0x80)) return Uint8Array.from(octets)
  }
}

function unsignedContent(magnitude: Uint8Array): Uint8Array {
  let start = 0
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++
  const rest = magnitude.subarray(start)
  if (rest.length === 0) return Uint8Array.of(0)
  return rest[0]! >= 0x80 ? concatBytes(Uint8Array.of(0), rest) : rest
}

function base128(arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)]
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(Number(rest & 0x7fn) | 0x80)
  return octets
}

function unfit(message: string, actual: unknown): CodecError {
  return new CodecError('CODEC_BYTES_RANGE', message, { details: { actual } })
}
