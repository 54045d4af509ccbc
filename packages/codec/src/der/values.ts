import { decodeUtf8, textOfAscii } from '../bytes/text.ts'
import { TAG } from './tags.ts'
import { invalid } from './walker.ts'

/** Object identifier in dotted form. */
export type Oid = string

/** Longest object identifier accepted, in encoded bytes. */
const MAX_OID_BYTES = 128

/** Dotted form of an object identifier's content (X.690 §8.19). */
export function decodeOid(bytes: Uint8Array, start: number, end: number): Oid {
  if (start === end || end - start > MAX_OID_BYTES || bytes[end - 1]! >= 0x80) {
    throw invalid('An object identifier is malformed.', start)
  }
  let text = ''
  let arc = 0
  let wide = 0n
  let width = 0
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!
    if (width === 0 && byte === 0x80) throw invalid('An object identifier is not in its shortest form.', i)
    width++
    if (width <= 7) arc = arc * 128 + (byte & 0x7f)
    else wide = (width === 8 ? BigInt(arc) : wide) * 128n + BigInt(byte & 0x7f)
    if (byte >= 0x80) continue
    if (text === '') {
      const root = width > 7 || arc >= 80 ? 2 : arc >= 40 ? 1 : 0
      text = width > 7 ? `2.${wide - 80n}` : `${root}.${arc - root * 40}`
    } else text += `.${width > 7 ? wide : arc}`
    arc = 0
    width = 0
  }
  return text
}

/** Refuses an integer's content that is empty or not in its shortest form (X.690 §8.3). */
export function checkInteger(bytes: Uint8Array, start: number, end: number): void {
  if (start === end) throw invalid('An integer is empty.', start)
  if (end - start < 2) return
  const first = bytes[start]!
  const second = bytes[start + 1]!
  if ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)) {
    throw invalid('An integer is not in its shortest form.', start)
  }
}

/** Epoch seconds of UTCTime or GeneralizedTime in the only form RFC 5280 §4.1.2.5 allows: to the second, ending in Z. */
export function decodeTime(bytes: Uint8Array, tag: number, start: number, end: number): number {
  const long = tag === TAG.generalizedTime
  if (end - start !== (long ? 15 : 13) || bytes[end - 1] !== 0x5a) throw invalid('A time is malformed.', start)
  const two = (at: number): number => {
    const tens = bytes[at]! - 0x30
    const ones = bytes[at + 1]! - 0x30
    if (tens < 0 || tens > 9 || ones < 0 || ones > 9) throw invalid('A time is malformed.', start)
    return tens * 10 + ones
  }
  const short = two(start)
  // Two digits mean 1950 to 2049.
  const year = long ? short * 100 + two(start + 2) : short < 50 ? 2000 + short : 1900 + short
  const rest = start + (long ? 4 : 2)
  const [month, day, hour, minute, second] = [two(rest), two(rest + 2), two(rest + 4), two(rest + 6), two(rest + 8)]
  if (month < 1 || month > 12 || day < 1 || day > daysOfMonth(year, month) || hour > 23 || minute > 59 || second > 59) {
    throw invalid('A time names a moment that does not exist.', start)
  }
  return daysFromEpoch(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar, with years that begin in March. */
function daysFromEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468
}

/** Text of a string element, or undefined if the tag is no string's. */
export function decodeText(bytes: Uint8Array, tag: number, start: number, end: number): string | undefined {
  const content = bytes.subarray(start, end)
  switch (tag) {
    case TAG.utf8String:
      return decodeUtf8(content)
    case TAG.printableString:
    case TAG.ia5String:
    case TAG.visibleString:
      for (const byte of content) if (byte >= 0x80) throw invalid('A string holds a byte outside ASCII.', start)
      return textOfAscii(content)
    case TAG.t61String:
      // In practice ISO 8859-1; decoded byte by byte because the label means windows-1252 to the platform's decoder.
      return Array.from(content, (byte) => String.fromCharCode(byte)).join('')
    case TAG.bmpString:
      return decodeWide(content, 2, start)
    case TAG.universalString:
      return decodeWide(content, 4, start)
    default:
      return undefined
  }
}

function decodeWide(content: Uint8Array, width: 2 | 4, offset: number): string {
  if (content.length % width !== 0) throw invalid('A string has half a character.', offset)
  let text = ''
  for (let i = 0; i < content.length; i += width) {
    let code = 0
    for (let j = 0; j < width; j++) code = code * 256 + content[i + j]!
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      throw invalid('A string holds a code that is no character.', offset)
    }
    text += String.fromCodePoint(code)
  }
  return text
}
