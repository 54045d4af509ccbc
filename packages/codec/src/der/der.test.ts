import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, decodeHex, encodeHex } from '../bytes/index.ts'
import { CodecError } from '../errors.ts'
import * as der from './index.ts'
import { DerReader } from './index.ts'

const reader = (hex: string) => new DerReader(decodeHex(hex))
const refusal = (code: string) => expect.objectContaining({ code })

describe('values', () => {
  test.each([
    [0n, '020100'],
    [127n, '02017f'],
    [128n, '02020080'],
    [256n, '02020100'],
    [-1n, '0201ff'],
    [-128n, '020180'],
    [-129n, '0202ff7f'],
  ])('integer %s', (value, hex) => {
    expect(encodeHex(der.encodeInteger(value))).toBe(hex)
    expect(reader(hex).readInteger()).toBe(value)
  })

  test('integers, strings and lengths round-trip', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 512n), max: 2n ** 512n }), fc.uint8Array({ maxLength: 300 }), (n, bytes) => {
        const sequence = new DerReader(
          der.encodeSequence(der.encodeInteger(n), der.encodeOctetString(bytes), der.encodeBitString(bytes)),
        ).readSequence()
        expect(sequence.readInteger()).toBe(n)
        expect(sequence.readOctetString()).toEqual(bytes)
        expect(sequence.readBitStringBytes()).toEqual(bytes)
        sequence.expectEnd()
      }),
    )
  })

  test.each([
    ['1.2.840.10045.4.3.2', '06082a8648ce3d040302'],
    ['2.5.4.3', '0603550403'],
    ['0.0', '060100'],
    ['2.999.3', '0603883703'],
    ['2.25.329800735698586629295641978511506172918', '06146983f09da7ebcfdee0c7a1a7b2c0948cc8f9d776'],
  ])('object identifier %s', (oid, hex) => {
    expect(encodeHex(der.encodeOid(oid))).toBe(hex)
    expect(reader(hex).readOid()).toBe(oid)
  })

  test('object identifiers round-trip', () => {
    const arcs = fc.array(fc.bigInt({ min: 0n, max: 2n ** 80n }), { maxLength: 6 })
    fc.assert(
      fc.property(fc.constantFrom(0n, 1n, 2n), fc.bigInt({ min: 0n, max: 39n }), arcs, (root, second, rest) => {
        const oid = [root, second, ...rest].join('.')
        expect(new DerReader(der.encodeOid(oid)).readOid()).toBe(oid)
      }),
    )
  })

  test.each([
    ['1950-01-01T00:00:00Z', '170d3530303130313030303030305a'],
    ['2049-12-31T23:59:59Z', '170d3439313233313233353935395a'],
    ['2050-01-01T00:00:00Z', '180f32303530303130313030303030305a'],
    ['9999-12-31T23:59:59Z', '180f39393939313233313233353935395a'],
    ['2000-02-29T12:34:56Z', '170d3030303232393132333435365a'],
  ])('time %s', (text, hex) => {
    const seconds = Date.parse(text) / 1000
    expect(encodeHex(der.encodeTime(seconds))).toBe(hex)
    expect(reader(hex).readTime()).toBe(seconds)
  })

  test('times agree with the calendar of the platform', () => {
    const seconds = fc.integer({ min: Date.parse('0001-01-01T00:00:00Z') / 1000, max: 253402300799 })
    fc.assert(
      fc.property(seconds, (at) => {
        expect(new DerReader(der.encodeGeneralizedTime(at)).readTime()).toBe(at)
      }),
    )
  })

  test('texts of every kind', () => {
    expect(new DerReader(der.encodeUtf8String('Zoë')).readText()).toBe('Zoë')
    expect(new DerReader(der.encodePrintableString('Intel SGX')).readText()).toBe('Intel SGX')
    expect(new DerReader(der.encodeIa5String('a@b')).readText()).toBe('a@b')
    expect(reader('1402e980').readText()).toBe('é\u0080')
    expect(reader('1e0400410391').readText()).toBe('AΑ')
    expect(reader('1c040001f600').readText()).toBe('😀')
  })

  test('the rest', () => {
    const all = new DerReader(
      concatBytes(
        der.encodeBoolean(true),
        der.encodeBoolean(false),
        der.encodeNull(),
        der.encodeEnumerated(2),
        der.encodeExplicit(3, der.encodeInteger(5)),
        der.encodeImplicit(1, Uint8Array.of(9)),
        der.encodeSet(der.encodeInteger(-7)),
      ),
    )
    expect([all.readBoolean(), all.readBoolean(), all.readNull(), all.readEnumerated()]).toEqual([
      true,
      false,
      undefined,
      2,
    ])
    expect(all.readOptionalExplicit(2)).toBeUndefined()
    expect(all.readOptionalExplicit(3)?.readSmallInteger()).toBe(5)
    expect(all.peek().tag).toBe(0x81)
    expect(all.readOptional(der.contextTag(1, false))?.content).toEqual(Uint8Array.of(9))
    expect(all.readSet().readSmallInteger(-10, 10)).toBe(-7)
    expect(all.peekTag()).toBeUndefined()
    all.expectEnd()
  })
})

describe('strictness', () => {
  test.each<[string, string, (reader: DerReader) => unknown, string]>([
    ['an indefinite length', '30800000', (r) => r.readSequence(), 'CODEC_DER_INVALID'],
    ['a long form of a short length', '048101aa', (r) => r.read(), 'CODEC_DER_INVALID'],
    ['a length with a leading zero', `04820080${'00'.repeat(128)}`, (r) => r.read(), 'CODEC_DER_INVALID'],
    ['a length of five bytes', '04850000000001aa', (r) => r.read(), 'CODEC_DER_INVALID'],
    ['a length beyond the end', '0402aa', (r) => r.read(), 'CODEC_DER_INVALID'],
    ['a huge length', '0484ffffffff', (r) => r.read(), 'CODEC_DER_INVALID'],
    ['a header without length', '04', (r) => r.read(), 'CODEC_DER_INVALID'],
    ['a header cut in its length', '0482', (r) => r.read(), 'CODEC_DER_INVALID'],
    ['a high tag number', '1f8101', (r) => r.read(), 'CODEC_DER_INVALID'],
    ['end-of-contents', '0000', (r) => r.read(), 'CODEC_DER_INVALID'],
    ['an empty integer', '0200', (r) => r.readInteger(), 'CODEC_DER_INVALID'],
    ['a padded positive integer', '0202007f', (r) => r.readInteger(), 'CODEC_DER_INVALID'],
    ['a padded negative integer', '0202ff80', (r) => r.readInteger(), 'CODEC_DER_INVALID'],
    ['a negative magnitude', '0201ff', (r) => r.readUnsignedBytes(), 'CODEC_DER_INVALID'],
    ['an integer out of range', '02020100', (r) => r.readSmallInteger(0, 255), 'CODEC_DER_UNEXPECTED'],
    ['an integer too wide for a number', '02080100000000000000', (r) => r.readSmallInteger(), 'CODEC_DER_UNEXPECTED'],
    ['a boolean of another value', '010101', (r) => r.readBoolean(), 'CODEC_DER_INVALID'],
    ['a boolean of two bytes', '0102ffff', (r) => r.readBoolean(), 'CODEC_DER_INVALID'],
    ['a null with content', '050100', (r) => r.readNull(), 'CODEC_DER_INVALID'],
    ['an empty object identifier', '0600', (r) => r.readOid(), 'CODEC_DER_INVALID'],
    ['an unfinished object identifier', '060180', (r) => r.readOid(), 'CODEC_DER_INVALID'],
    ['a padded arc', '06032a8001', (r) => r.readOid(), 'CODEC_DER_INVALID'],
    ['a bit string without its count', '0300', (r) => r.readBitString(), 'CODEC_DER_INVALID'],
    ['a bit string with eight unused bits', '030208ff', (r) => r.readBitString(), 'CODEC_DER_INVALID'],
    ['an empty bit string with unused bits', '030101', (r) => r.readBitString(), 'CODEC_DER_INVALID'],
    ['an empty bit string with four unused bits', '030104', (r) => r.readBitString(), 'CODEC_DER_INVALID'],
    ['unused bits that are set', '03020101', (r) => r.readBitString(), 'CODEC_DER_INVALID'],
    ['half bytes where whole ones are due', '03020480', (r) => r.readBitStringBytes(), 'CODEC_DER_INVALID'],
    ['a time without seconds', '170b323430313031303030305a', (r) => r.readTime(), 'CODEC_DER_INVALID'],
    ['a time with an offset', '17113234303130313030303030302b30303030', (r) => r.readTime(), 'CODEC_DER_INVALID'],
    ['a 30th of February', '170d3234303233303030303030305a', (r) => r.readTime(), 'CODEC_DER_INVALID'],
    ['a 29th of February in 1900', '180f31393030303232393030303030305a', (r) => r.readTime(), 'CODEC_DER_INVALID'],
    ['a month 13', '170d3234313330313030303030305a', (r) => r.readTime(), 'CODEC_DER_INVALID'],
    ['a leap second', '170d3234303130313030303036305a', (r) => r.readTime(), 'CODEC_DER_INVALID'],
    ['a sign among digits', '170d32342d3130313030303030305a', (r) => r.readTime(), 'CODEC_DER_INVALID'],
    ['text that is not UTF-8', '0c01ff', (r) => r.readText(), 'CODEC_UTF8_INVALID'],
    ['a printable string beyond ASCII', '1301e9', (r) => r.readText(), 'CODEC_DER_INVALID'],
    ['half a wide character', '1e0141', (r) => r.readText(), 'CODEC_DER_INVALID'],
    ['a number where text is due', '020100', (r) => r.readText(), 'CODEC_DER_UNEXPECTED'],
    ['another tag', '020100', (r) => r.readOctetString(), 'CODEC_DER_UNEXPECTED'],
    ['nothing where something is due', '', (r) => r.readInteger(), 'CODEC_DER_UNEXPECTED'],
    ['nothing where a time is due', '', (r) => r.readTime(), 'CODEC_DER_UNEXPECTED'],
    ['left-over bytes', '05000500', (r) => [r.readNull(), r.expectEnd()], 'CODEC_DER_TRAILING'],
  ])('refuses %s', (_, hex, read, code) => {
    expect(() => read(reader(hex))).toThrow(refusal(code))
  })

  test('bounds depth and count', () => {
    let nested: Uint8Array = der.encodeNull()
    for (let i = 0; i < 100; i++) nested = der.encodeSequence(nested)
    const enter = (): void => {
      let at = new DerReader(nested)
      for (let i = 0; i < 100; i++) at = at.readSequence()
    }
    expect(enter).toThrow(refusal('CODEC_DER_LIMIT'))
    const many = new DerReader(concatBytes(...Array.from({ length: 11 }, () => der.encodeNull())), { maxElements: 10 })
    for (let i = 0; i < 10; i++) many.readNull()
    expect(() => many.readNull()).toThrow(refusal('CODEC_DER_LIMIT'))
  })

  test('readDer wants the structure to fill the bytes', () => {
    expect(der.readDer(decodeHex('3003020105'), (s) => s.readSmallInteger())).toBe(5)
    expect(() => der.readDer(decodeHex('300302010500'), (s) => s.readSmallInteger())).toThrow(
      refusal('CODEC_DER_TRAILING'),
    )
    expect(() => der.readDer(decodeHex('30050201050500'), (s) => s.readSmallInteger())).toThrow(
      refusal('CODEC_DER_TRAILING'),
    )
  })

  test('encoders refuse what has no encoding', () => {
    const unfit: (() => unknown)[] = [
      () => der.encodeOid('3.1'),
      () => der.encodeOid('1.40'),
      () => der.encodeOid('1'),
      () => der.encodeOid('1.02'),
      () => der.encodePrintableString('a@b'),
      () => der.encodeIa5String('é'),
      () => der.encodeUtcTime(Date.parse('2050-01-01T00:00:00Z') / 1000),
      () => der.encodeGeneralizedTime(253402300800),
      () => der.encodeInteger(0.5),
    ]
    for (const encode of unfit) expect(encode).toThrow(refusal('CODEC_BYTES_RANGE'))
  })

  test('random bytes meet no other error', () => {
    const reads: ((r: DerReader) => unknown)[] = [
      (r) => r.readInteger(),
      (r) => r.readSmallInteger(),
      (r) => r.readOid(),
      (r) => r.readTime(),
      (r) => r.readText(),
      (r) => r.readBitString(),
      (r) => r.readBoolean(),
      (r) => r.readSequence(),
    ]
    const tagged = fc.tuple(fc.constantFrom(1, 2, 3, 6, 0x0c, 0x17, 0x18, 0x1e, 0x30), fc.uint8Array({ maxLength: 20 }))
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 40 }),
          tagged.map(([t, c]) => der.encodeElement(t, c)),
        ),
        (bytes) => {
          for (const read of reads) {
            try {
              read(new DerReader(bytes))
            } catch (error) {
              expect(error).toBeInstanceOf(CodecError)
            }
          }
        },
      ),
      { numRuns: 1000 },
    )
  })
})
