import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVectorJson, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { encodeUtf8 } from '../bytes/index.ts'
import { CodecError } from '../errors.ts'
import { canonicalizeJson, findMemberText, parseJson, parseJsonMembers } from './index.ts'

const refusal = (code: string) => expect.objectContaining({ code })

describe('parseJson', () => {
  test('agrees with the platform on everything the platform writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        if (/\\ud[89a-f]/.test(text)) return
        const expected: unknown = JSON.parse(text)
        expect(parseJson(text, { integers: 'bigint' })).toEqual(toBigIntegers(text, expected))
      }),
      { numRuns: 500 },
    )
  })

  test('refuses what the platform refuses, and never with a foreign error', () => {
    const soup = fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0019eE+-.trufalsn \n\u0001d8'), maxLength: 16 })
    fc.assert(
      fc.property(soup, (text) => {
        let strict: unknown
        try {
          strict = parseJson(text)
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError)
          return
        }
        expect(strict).toEqual(JSON.parse(text))
      }),
      { numRuns: 5000 },
    )
  })

  test.each([
    ['nothing', '', 'CODEC_JSON_INVALID'],
    ['white space alone', ' \n', 'CODEC_JSON_INVALID'],
    ['text after the value', '{} x', 'CODEC_JSON_INVALID'],
    ['a second value', '1 2', 'CODEC_JSON_INVALID'],
    ['a trailing comma in an array', '[1,]', 'CODEC_JSON_INVALID'],
    ['a trailing comma in an object', '{"a":1,}', 'CODEC_JSON_INVALID'],
    ['a missing value', '{"a":}', 'CODEC_JSON_INVALID'],
    ['a missing comma', '[1 2]', 'CODEC_JSON_INVALID'],
    ['crossed brackets', '[1}', 'CODEC_JSON_INVALID'],
    ['an unfinished array', '[1', 'CODEC_JSON_INVALID'],
    ['an unfinished string', '"abc', 'CODEC_JSON_INVALID'],
    ['an unfinished escape', '"abc\\', 'CODEC_JSON_INVALID'],
    ['a bare name', '{a:1}', 'CODEC_JSON_INVALID'],
    ['single quotes', "'a'", 'CODEC_JSON_INVALID'],
    ['a comment', '[1/*x*/]', 'CODEC_JSON_INVALID'],
    ['a control character in a string', '"a\nb"', 'CODEC_JSON_INVALID'],
    ['an unknown escape', '"\\x41"', 'CODEC_JSON_INVALID'],
    ['a short \\u escape', '"\\u12"', 'CODEC_JSON_INVALID'],
    ['a lone surrogate', '"\\ud800"', 'CODEC_JSON_INVALID'],
    ['a leading zero', '01', 'CODEC_JSON_INVALID'],
    ['a leading plus', '+1', 'CODEC_JSON_INVALID'],
    ['a bare fraction', '.5', 'CODEC_JSON_INVALID'],
    ['a bare dot', '1.', 'CODEC_JSON_INVALID'],
    ['NaN', 'NaN', 'CODEC_JSON_INVALID'],
    ['a byte order mark', '\ufeff{}', 'CODEC_JSON_INVALID'],
    ['no-break space between tokens', '[\u00a01]', 'CODEC_JSON_INVALID'],
    ['a repeated member', '{"a":1,"a":1}', 'CODEC_JSON_DUPLICATE_KEY'],
    ['a repeated member in disguise', '{"a":1,"\\u0061":2}', 'CODEC_JSON_DUPLICATE_KEY'],
    ['a repeated __proto__', '{"__proto__":1,"__proto__":2}', 'CODEC_JSON_DUPLICATE_KEY'],
    ['an inexact integer', '9007199254740993', 'CODEC_JSON_NUMBER'],
    ['2^53 itself', '-9007199254740992', 'CODEC_JSON_NUMBER'],
    ['an infinite number', '1e400', 'CODEC_JSON_NUMBER'],
  ])('refuses %s', (_, text, code) => {
    expect(() => parseJson(text)).toThrow(refusal(code))
  })

  test('bytes that are not UTF-8 are refused', () => {
    expect(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(refusal('CODEC_UTF8_INVALID'))
    expect(parseJson(encodeUtf8('"é"'))).toBe('é')
  })

  test('reads integers beyond 2^53 exactly when asked to', () => {
    expect(parseJson('[18446744073709551615,1,-9007199254740993,1e3]', { integers: 'bigint' })).toEqual([
      18446744073709551615n,
      1,
      -9007199254740993n,
      1000,
    ])
    expect(() => parseJson('9'.repeat(1001), { integers: 'bigint' })).toThrow(refusal('CODEC_JSON_LIMIT'))
  })

  test('bounds depth, size and count', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(parseJson(nested(32))).toBeDefined()
    expect(() => parseJson(nested(33))).toThrow(refusal('CODEC_JSON_LIMIT'))
    expect(() => parseJson(nested(1_000_000))).toThrow(refusal('CODEC_JSON_LIMIT'))
    expect(parseJson(nested(20_000), { maxDepth: 20_000 })).toBeDefined()
    expect(() => parseJson('[1,2,3]', { maxValues: 3 })).toThrow(refusal('CODEC_JSON_LIMIT'))
    expect(parseJson('[1,2,3]', { maxValues: 4 })).toEqual([1, 2, 3])
    expect(() => parseJson('"abc"', { maxBytes: 4 })).toThrow(refusal('CODEC_JSON_LIMIT'))
  })

  test('a member called __proto__ is a member and nothing more', () => {
    const value = parseJson('{"__proto__":{"admin":true}}') as Record<string, unknown>
    expect(Object.hasOwn(value, '__proto__')).toBe(true)
    expect(value['admin']).toBeUndefined()
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })
})

describe('exact member text', () => {
  const text = '  {"a" : {"x": "}\\"" , "y":[1, {"b":2}]} ,"b":\t2e1\n, "":null}  '

  test('is the text as it stands', () => {
    expect(findMemberText(text, 'a')).toBe('{"x": "}\\"" , "y":[1, {"b":2}]}')
    expect(findMemberText(text, 'b')).toBe('2e1')
    expect(findMemberText(text, '')).toBe('null')
    expect([...parseJsonMembers(text)].map(([name, member]) => [name, member.value])).toEqual([
      ['a', { x: '}"', y: [1, { b: 2 }] }],
      ['b', 20],
      ['', null],
    ])
  })

  test('finds members of the outermost object only, each once, in a text that is sound throughout', () => {
    expect(() => findMemberText(text, 'x')).toThrow(refusal('CODEC_JSON_MEMBER_MISSING'))
    expect(() => findMemberText('{"a":1,"a":2}', 'a')).toThrow(refusal('CODEC_JSON_DUPLICATE_KEY'))
    expect(() => findMemberText('{"a":1} {"a":2}', 'a')).toThrow(refusal('CODEC_JSON_INVALID'))
    expect(() => findMemberText('[{"a":1}]', 'a')).toThrow(refusal('CODEC_JSON_INVALID'))
  })

  test('parses to the same value wherever it is found', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
        fc.constantFrom(undefined, 2),
        (value, indent) => {
          const whole = JSON.stringify(value, null, indent)
          if (/\\ud[89a-f]/.test(whole)) return
          for (const [name, member] of parseJsonMembers(whole, { integers: 'bigint' })) {
            expect(whole).toContain(member.text)
            expect(JSON.parse(member.text)).toEqual((JSON.parse(whole) as Record<string, unknown>)[name])
          }
        },
      ),
    )
  })
})

describe('canonicalizeJson', () => {
  test('writes the example of RFC 8785 §3.2.2', () => {
    const value = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    )
    expect(canonicalizeJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  test('sorts by UTF-16 units as RFC 8785 §3.2.3 shows', () => {
    const value = { '€': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7 }
    const keys = Object.keys(JSON.parse(canonicalizeJson(value)) as object)
    expect(canonicalizeJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}')
    expect(keys).toHaveLength(7)
  })

  test.each([
    [0, '0'],
    [-0, '0'],
    [5e-324, '5e-324'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [9007199254740994, '9007199254740994'],
    [295147905179352830000, '295147905179352830000'],
    [1e21, '1e+21'],
    [9.999999999999997e22, '9.999999999999997e+22'],
    [0.000001, '0.000001'],
    [1e-7, '1e-7'],
    [333333333.3333332, '333333333.3333332'],
  ])('writes the number %s as RFC 8785 appendix B', (value, text) => {
    expect(canonicalizeJson(value)).toBe(text)
  })

  test.each([
    ['undefined', undefined],
    ['a hole', new Array(1)],
    ['a member without value', { a: undefined }],
    ['NaN', Number.NaN],
    ['infinity', [Number.POSITIVE_INFINITY]],
    ['a bigint', 1n],
    ['a lone surrogate', '\udc00'],
    ['a lone surrogate in a name', { '\ud800': 1 }],
    ['bytes', Uint8Array.of(1)],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a function', () => 1],
  ])('refuses %s', (_, value) => {
    expect(() => canonicalizeJson(value)).toThrow(refusal('CODEC_JSON_UNREPRESENTABLE'))
  })

  test('refuses a value that contains itself', () => {
    const cycle: unknown[] = []
    cycle.push(cycle)
    expect(() => canonicalizeJson(cycle)).toThrow(refusal('CODEC_JSON_UNREPRESENTABLE'))
  })

  test('does not depend on the order of members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse())
        try {
          expect(canonicalizeJson(turned)).toBe(canonicalizeJson(value))
        } catch (error) {
          expect(error).toMatchObject({ code: 'CODEC_JSON_UNREPRESENTABLE' })
        }
      }),
    )
  })
})

describe.skipIf(!haveVectors)(`real collateral${vectorsAbsent}`, () => {
  test('members keep the text that Intel signed', () => {
    const { tcb_info: tcbInfo } = readVectorJson<{ tcb_info: string }>('dcap/tdx_quote_collateral.json')
    expect(findMemberText(`{"tcbInfo":${tcbInfo},"signature":"00"}`, 'tcbInfo')).toBe(tcbInfo)
    expect(parseJson(tcbInfo)).toEqual(JSON.parse(tcbInfo))
  })
})

/** What the strict reader makes of integers beyond 2^53: exact ones. Doubles print such integers without exponent. */
function toBigIntegers(text: string, value: unknown): unknown {
  const literal = /^-?[0-9]+$/
  if (typeof value === 'number') {
    const printed = String(value)
    return literal.test(printed) && !Number.isSafeInteger(value) ? BigInt(printed) : value
  }
  if (Array.isArray(value)) return value.map((element) => toBigIntegers(text, element))
  if (typeof value !== 'object' || value === null) return value
  const copy: Record<string, unknown> = {}
  for (const [key, member] of Object.entries(value)) {
    Object.defineProperty(copy, key, {
      value: toBigIntegers(text, member),
      enumerable: true,
      writable: true,
      configurable: true,
    })
  }
  return copy
}
