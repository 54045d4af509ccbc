import fc from 'fast-check'
import { expect, test } from 'vitest'
import { callBuiltin, setOf } from '../../../conformance/call-builtin.ts'

const CASES: readonly (readonly [name: string, args: readonly unknown[], expected: unknown])[] = [
  ['base64.encode', ['é'], 'w6k='],
  ['base64.decode', ['w6k='], 'é'],
  ['base64.decode', ['w6\nk='], 'é'],
  ['base64.decode', ['w6k'], 'failed: illegal base64 data at input byte 0'],
  ['base64.decode', ['w6k=x'], 'failed: illegal base64 data at input byte 4'],
  ['base64.decode', ['w?=='], 'failed: illegal base64 data at input byte 1'],
  ['base64.decode', ['/w=='], '\ufffd'],
  ['base64.is_valid', [1], false],
  ['base64url.encode', ['??>'], 'Pz8-'],
  ['base64url.encode', ['??'], 'Pz8='],
  ['base64url.encode_no_pad', ['??'], 'Pz8'],
  ['base64url.decode', ['Pz8'], '??'],
  ['base64url.decode', ['Pz8='], '??'],
  ['base64url.decode', ['Pz+8'], 'failed: illegal base64 data at input byte 2'],
  ['hex.encode', ['é'], 'c3a9'],
  ['hex.decode', ['C3a9'], 'é'],
  ['hex.decode', ['abc'], 'failed: encoding/hex: odd length hex string'],
  ['hex.decode', ['0\u0001'], 'failed: encoding/hex: invalid byte: U+0001'],
  ['urlquery.encode', ["a b&é~'"], 'a+b%26%C3%A9~%27'],
  ['urlquery.decode', ['a+b%26%C3%A9'], 'a b&é'],
  ['urlquery.decode', ['%zz'], 'failed: invalid URL escape "%zz"'],
  ['urlquery.decode', ['%4'], 'failed: invalid URL escape "%4"'],
  ['urlquery.encode_object', [{ b: setOf('2', '1'), a: 'x y' }], 'a=x+y&b=1&b=2'],
  ['urlquery.encode_object', [{ a: 1 }], 'type: operand 1 values must be string, array[string], or set[string]'],
  ['urlquery.decode_object', ['a=1&&a=2&b=%3D&c'], { a: ['1', '2'], b: ['='], c: [''] }],
  ['urlquery.decode_object', ['a;b'], 'failed: invalid semicolon separator in query'],
]

test.each(CASES)('%s, case %#', (name, args, expected) => {
  expect(callBuiltin(name, ...args)).toEqual(expected)
})

test.each(['base64', 'base64url', 'hex', 'urlquery'])('%s.decode takes back what %s.encode did', (family) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(callBuiltin(`${family}.decode`, callBuiltin(`${family}.encode`, text))).toBe(text)
    }),
    { numRuns: 200 },
  )
})

test('base64.decode refuses or decodes whatever comes', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'AQ/=\nz+'), maxLength: 12 }), (text) => {
      const result = callBuiltin('base64.decode', text)
      const clean = text.replaceAll('\n', '')
      const isBase64 = /^(?:[AQz/+]{4})*(?:[AQz/+]{2}==|[AQz/+]{3}=)?$/.test(clean)
      expect(typeof result === 'string' && !result.startsWith('failed: illegal base64')).toBe(isBase64)
    }),
    { numRuns: 200 },
  )
})
