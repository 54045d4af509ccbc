import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DocumentSyntaxError, type JsonValue, parseDocument } from './parse.ts'
import { rewriteDocument } from './rewrite.ts'

const LIMITS = { maxLength: 1 << 16, maxDepth: 8, duplicates: 'reject' } as const

function plain(value: JsonValue): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, member]) => [name, plain(member)]))
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null && 'real' in value) return Number(value.real)
  return value
}

const values = fc.jsonValue({ maxDepth: 5 }).filter((value) => !JSON.stringify(value).includes('__proto__'))

test('reads what the platform reads', () => {
  fc.assert(
    fc.property(values, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, undefined, space)
      expect(plain(parseDocument(text, LIMITS))).toEqual(JSON.parse(text))
    }),
    { numRuns: 200 },
  )
})

test('refuses what the platform refuses', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'{}[]",:0123456789.eE+-\\u truefalsn'), maxLength: 12 }),
      (text) => {
        let read = true
        try {
          JSON.parse(text)
        } catch {
          read = false
        }
        if (!read) expect(() => parseDocument(text, LIMITS)).toThrow(DocumentSyntaxError)
      },
    ),
    { numRuns: 500 },
  )
})

describe('refuses', () => {
  test.each([
    ['a member named twice', '{"a":1,"a":1}'],
    ['a container nested too deeply', `${'['.repeat(8)}[1]${']'.repeat(8)}`],
    ['a leading zero', '[01]'],
    ['a trailing comma', '[1,]'],
    ['a comment', '[1/**/]'],
    ['a control character in a string', '["\u0001"]'],
    ['text behind the document', '{} {}'],
    ['half a character', '["\\ud800"]'],
    ['a number beyond all numbers', '[1e400]'],
    ['nothing', ''],
    ['too much', `"${'a'.repeat(1 << 16)}"`],
  ])('%s', (_, text) => {
    expect(() => parseDocument(text, LIMITS)).toThrow(DocumentSyntaxError)
  })
})

test('an empty container may stand one deeper than one that is not empty', () => {
  expect(() => parseDocument(`${'['.repeat(8)}[]${']'.repeat(8)}`, LIMITS)).not.toThrow()
})

test.each([
  ['3', 3],
  ['3.0', { real: '3.0' }],
  ['3e0', { real: '3e0' }],
  ['-0', { real: '-0' }],
  ['9007199254740993', { real: '9007199254740993' }],
])('%s keeps its spelling where it is no plain integer', (text, value) => {
  expect(parseDocument(text, LIMITS)).toEqual(value)
})

test.each([
  ['18446744073709551615', '18446744073709551615'],
  ['18446744073709551616', '18446744073709552000.0'],
  ['1E21', '1e21'],
  ['-0', '-0.0'],
])('%s is rewritten as %s', (token, text) => {
  expect(rewriteDocument(token)).toBe(text)
})

test('rewriting drops white space and normalises spelling, nothing else', () => {
  expect(rewriteDocument('{ "a" : [ 1 , 1.50 , 1e2 ] ,\n"b\\/\\u0041" : " {\\"x y\\"} " }')).toBe(
    '{"a":[1,1.5,100.0],"b/A":" {\\"x y\\"} "}',
  )
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4, noUnicodeString: true }), (value) => {
      const text = JSON.stringify(value)
      expect(JSON.parse(rewriteDocument(JSON.stringify(value, undefined, 2)))).toEqual(JSON.parse(text))
    }),
    { numRuns: 200 },
  )
})
