import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ByteCursor,
  compareBytes,
  concatBytes,
  decodeBase64,
  decodeBase64Url,
  decodeHex,
  decodeUtf8,
  encodeBase64,
  encodeBase64Url,
  encodeHex,
  encodeUtf8,
  equalBytes,
  equalSecrets,
  isAllZero,
  reverseBytes,
  u16be,
  u16le,
  u32be,
  u32le,
  u64be,
  u64le,
} from './index.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)

describe('ByteCursor', () => {
  test('reads every width in both orders', () => {
    const cursor = new ByteCursor(concatBytes(u16le(1), u16be(2), u32le(3), u32be(4), u64le(5n), u64be(6), bytes(7, 8)))
    expect([cursor.u16le(), cursor.u16be(), cursor.u32le(), cursor.u32be(), cursor.u64le(), cursor.u64be()]).toEqual([
      1,
      2,
      3,
      4,
      5n,
      6n,
    ])
    expect(cursor.peekU8()).toBe(7)
    expect(cursor.peek(2)).toEqual(bytes(7, 8))
    expect(cursor.u8()).toBe(7)
    expect(cursor.remaining).toBe(1)
    expect(cursor.takeRest()).toEqual(bytes(8))
    cursor.expectEnd()
  })

  test('stays within its window', () => {
    const cursor = new ByteCursor(bytes(1, 2, 3, 4), 1, 3)
    expect(() => cursor.u32le()).toThrow(expect.objectContaining({ code: 'CODEC_BYTES_TRUNCATED' }))
    const sub = cursor.sub(1)
    expect(sub.u8()).toBe(2)
    expect(() => sub.u8()).toThrow(expect.objectContaining({ code: 'CODEC_BYTES_TRUNCATED' }))
    expect(cursor.u8()).toBe(3)
  })

  test.each([
    ['one byte more than there is', () => new ByteCursor(bytes(1)).take(2), 'CODEC_BYTES_TRUNCATED'],
    ['a window beyond the bytes', () => new ByteCursor(bytes(1), 0, 2), 'CODEC_BYTES_TRUNCATED'],
    ['a negative count', () => new ByteCursor(bytes(1)).take(-1), 'CODEC_BYTES_RANGE'],
    ['a fraction of a byte', () => new ByteCursor(bytes(1)).skip(0.5), 'CODEC_BYTES_RANGE'],
    ['a start behind the end', () => new ByteCursor(bytes(1), 1, 0), 'CODEC_BYTES_RANGE'],
    ['unread bytes', () => new ByteCursor(bytes(1)).expectEnd(), 'CODEC_BYTES_TRAILING'],
  ])('refuses %s', (_, read, code) => {
    expect(read).toThrow(expect.objectContaining({ code }))
  })

  test('says where and how much is missing', () => {
    const cursor = new ByteCursor(bytes(1, 2, 3))
    cursor.skip(2)
    expect(() => cursor.u32be()).toThrow(
      expect.objectContaining({ details: { offset: 2, expected: 4, actual: 1 }, status: 400 }),
    )
  })
})

test('integers that do not fit are refused', () => {
  for (const write of [() => u16le(65536), () => u16be(-1), () => u32le(2 ** 32), () => u32be(1.5), () => u64le(-1n)]) {
    expect(write).toThrow(expect.objectContaining({ code: 'CODEC_BYTES_RANGE' }))
  }
  expect(() => u64be(2 ** 53)).toThrow(expect.objectContaining({ code: 'CODEC_BYTES_RANGE' }))
})

describe('comparison', () => {
  test('equalBytes and equalSecrets agree with the definition', () => {
    const either = fc.uint8Array({ maxLength: 8 })
    fc.assert(
      fc.property(either, either, (a, b) => {
        const same = encodeHex(a) === encodeHex(b)
        expect(equalBytes(a, b)).toBe(same)
        expect(equalSecrets(a, b)).toBe(same)
        expect(equalSecrets(a, a.slice())).toBe(true)
        expect(compareBytes(a, b) === 0).toBe(same)
        expect(compareBytes(a, b)).toBe(Math.sign(Buffer.compare(a, b)))
      }),
    )
  })

  test('reverseBytes leaves its argument alone', () => {
    const original = bytes(1, 2, 3)
    expect(reverseBytes(original)).toEqual(bytes(3, 2, 1))
    expect(original).toEqual(bytes(1, 2, 3))
    expect([isAllZero(bytes(0, 0)), isAllZero(bytes(0, 1)), isAllZero(bytes())]).toEqual([true, false, true])
  })
})

describe('text forms', () => {
  const any = fc.uint8Array({ maxLength: 80 })

  test('hex, base64 and base64url agree with Node and round-trip', () => {
    fc.assert(
      fc.property(any, (value) => {
        const buffer = Buffer.from(value)
        expect(encodeHex(value)).toBe(buffer.toString('hex'))
        expect(encodeBase64(value)).toBe(buffer.toString('base64'))
        expect(encodeBase64Url(value)).toBe(buffer.toString('base64url'))
        expect(decodeHex(encodeHex(value).toUpperCase())).toEqual(value)
        expect(decodeBase64(encodeBase64(value))).toEqual(value)
        expect(decodeBase64Url(encodeBase64Url(value))).toEqual(value)
      }),
    )
  })

  test('whatever base64 accepts, it would write the same', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'AZaz09+/-_= \n'), maxLength: 12 })
    fc.assert(
      fc.property(letters, (text) => {
        for (const [decode, encode] of [
          [decodeBase64, encodeBase64],
          [decodeBase64Url, encodeBase64Url],
        ] as const) {
          let decoded: Uint8Array
          try {
            decoded = decode(text)
          } catch (error) {
            expect(error).toMatchObject({ code: 'CODEC_BASE64_INVALID' })
            continue
          }
          expect(encode(decoded)).toBe(text)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['odd hex', () => decodeHex('abc'), 'CODEC_HEX_INVALID'],
    ['a foreign hex digit', () => decodeHex('0g'), 'CODEC_HEX_INVALID'],
    ['white space in hex', () => decodeHex('00 0'), 'CODEC_HEX_INVALID'],
    ['a hex prefix', () => decodeHex('0x00'), 'CODEC_HEX_INVALID'],
    ['a wide digit', () => decodeHex('0０'), 'CODEC_HEX_INVALID'],
    ['missing padding', () => decodeBase64('QQ'), 'CODEC_BASE64_INVALID'],
    ['too much padding', () => decodeBase64('Q==='), 'CODEC_BASE64_INVALID'],
    ['padding inside', () => decodeBase64('QQ==QQ=='), 'CODEC_BASE64_INVALID'],
    ['spare bits set', () => decodeBase64('QR=='), 'CODEC_BASE64_INVALID'],
    ['white space in base64', () => decodeBase64('QUE=\n'), 'CODEC_BASE64_INVALID'],
    ['url letters in base64', () => decodeBase64('-_-_'), 'CODEC_BASE64_INVALID'],
    ['padding in base64url', () => decodeBase64Url('QQ=='), 'CODEC_BASE64_INVALID'],
    ['plain letters in base64url', () => decodeBase64Url('+/+/'), 'CODEC_BASE64_INVALID'],
    ['an impossible length', () => decodeBase64Url('QUFBQ'), 'CODEC_BASE64_INVALID'],
    ['half a UTF-8 sequence', () => decodeUtf8(bytes(0xc3)), 'CODEC_UTF8_INVALID'],
    ['an overlong UTF-8 form', () => decodeUtf8(bytes(0xc0, 0x80)), 'CODEC_UTF8_INVALID'],
    ['a lone surrogate', () => encodeUtf8('\ud800'), 'CODEC_UTF8_INVALID'],
  ])('refuses %s', (_, act, code) => {
    expect(act).toThrow(expect.objectContaining({ code }))
  })

  test('UTF-8 keeps a byte order mark and everything else', () => {
    expect(decodeUtf8(bytes(0xef, 0xbb, 0xbf, 0x41))).toBe('\ufeffA')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeUtf8(encodeUtf8(text))).toBe(text)
      }),
    )
  })
})
