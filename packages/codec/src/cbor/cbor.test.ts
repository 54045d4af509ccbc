import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeHex, encodeHex } from '../bytes/hex.ts'
import { CodecError } from '../errors.ts'
import { type CborValue, decodeCbor, decodeDeterministicCbor, encodeCbor } from './index.ts'

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof CodecError) return error.code
    throw error
  }
  return 'accepted'
}

/** Examples of RFC 8949, appendix A, that are within the strict form. */
const EXAMPLES: readonly (readonly [string, CborValue])[] = [
  ['00', 0],
  ['1818', 24],
  ['1a000f4240', 1_000_000],
  ['1bffffffffffffffff', 18_446_744_073_709_551_615n],
  ['3903e7', -1000],
  ['f4', false],
  ['f6', null],
  ['4401020304', Uint8Array.of(1, 2, 3, 4)],
  ['6449455446', 'IETF'],
  ['62c3bc', 'ü'],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  [
    'a201020304',
    new Map([
      [1, 2],
      [3, 4],
    ]),
  ],
  [
    'a26161016162820203',
    new Map<CborValue, CborValue>([
      ['a', 1],
      ['b', [2, 3]],
    ]),
  ],
]

describe('CBOR', () => {
  test.each(EXAMPLES)('%s', (hex, value) => {
    expect(decodeCbor(decodeHex(hex))).toEqual(value)
    expect(encodeHex(encodeCbor(value))).toBe(hex)
  })

  test.each([
    ['a longer head than needed', '1800', 'CODEC_CBOR_INVALID'],
    ['an indefinite string', '5f4101ff', 'CODEC_CBOR_INVALID'],
    ['an indefinite array', '9f01ff', 'CODEC_CBOR_INVALID'],
    ['an indefinite map', 'bf0102ff', 'CODEC_CBOR_INVALID'],
    ['a repeated key', 'a201020103', 'CODEC_CBOR_INVALID'],
    ['a repeated text key', 'a2616101616102', 'CODEC_CBOR_INVALID'],
    ['bytes as a key', 'a1410102', 'CODEC_CBOR_INVALID'],
    ['an array as a key', 'a18002', 'CODEC_CBOR_INVALID'],
    ['undefined', 'f7', 'CODEC_CBOR_INVALID'],
    ['NaN', 'f97e00', 'CODEC_CBOR_INVALID'],
    ['infinity', 'f97c00', 'CODEC_CBOR_INVALID'],
    ['a tag', 'c249010000000000000000', 'CODEC_CBOR_INVALID'],
    ['a reserved head', '1c', 'CODEC_CBOR_INVALID'],
    ['a break alone', 'ff', 'CODEC_CBOR_INVALID'],
    ['a length beyond the end', '5903e8', 'CODEC_CBOR_INVALID'],
    ['a count beyond the end', '9a7fffffff', 'CODEC_CBOR_INVALID'],
    ['a length of 64 bits', '5bffffffffffffffff', 'CODEC_CBOR_INVALID'],
    ['text that is no UTF-8', '61ff', 'CODEC_UTF8_INVALID'],
    ['half an item', '82', 'CODEC_CBOR_INVALID'],
    ['nothing', '', 'CODEC_BYTES_TRUNCATED'],
    ['something behind it', '0000', 'CODEC_BYTES_TRAILING'],
  ])('%s is refused', (_name, hex, code) => {
    expect(codeOf(() => decodeCbor(decodeHex(hex)))).toBe(code)
  })

  test('bounds', () => {
    const deep = new Uint8Array(40).fill(0x81)
    deep[39] = 0
    expect(codeOf(() => decodeCbor(deep))).toBe('CODEC_CBOR_LIMIT')
    expect(codeOf(() => decodeCbor(deep.subarray(24)))).toBe('accepted')
    expect(codeOf(() => decodeCbor(encodeCbor([1, 2, 3]), { maxItems: 2 }))).toBe('CODEC_CBOR_LIMIT')
    expect(codeOf(() => decodeCbor(encodeCbor([1, 2, 3]), { maxBytes: 3 }))).toBe('CODEC_CBOR_LIMIT')
  })

  test('the deterministic form has its keys in order', () => {
    const sorted = decodeHex('a201020304')
    expect(decodeDeterministicCbor(sorted)).toEqual(decodeCbor(sorted))
    const unsorted = decodeHex('a203040102')
    expect(decodeCbor(unsorted)).toEqual(
      new Map([
        [3, 4],
        [1, 2],
      ]),
    )
    expect(codeOf(() => decodeDeterministicCbor(unsorted))).toBe('CODEC_CBOR_INVALID')
  })

  test('what has no form is refused', () => {
    expect(codeOf(() => encodeCbor(Symbol('x') as unknown as CborValue))).toBe('CODEC_CBOR_INVALID')
  })

  test('any bytes end in a value or in an error of the house', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const code = codeOf(() => decodeCbor(bytes))
        expect(code === 'accepted' || code.startsWith('CODEC_')).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('what is written is read back', () => {
    const leaf = fc.oneof(
      fc.maxSafeInteger(),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.uint8Array({ maxLength: 40 }),
    )
    const value = fc.oneof(leaf, fc.array(leaf, { maxLength: 5 }))
    fc.assert(
      fc.property(value, (one) => {
        const bytes = encodeCbor(one as CborValue)
        expect(decodeDeterministicCbor(bytes)).toEqual(one)
      }),
      { numRuns: 200 },
    )
  })
})
