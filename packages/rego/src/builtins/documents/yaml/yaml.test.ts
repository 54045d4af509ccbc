import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { callBuiltin } from '../../../../conformance/call-builtin.ts'

const read = (text: string): unknown => callBuiltin('yaml.unmarshal', text)

/** The same with the nearest doubles, as the other reader and JSON have them. */
const doublesOf = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? Number(item) : item)))

describe('reading agrees with another reader', () => {
  test.each([
    'foo:\n   - qux: bar\n   - baz: 2',
    'a: 1\nb:\n- x\n- z\nc: {d: [1,2, "z"], e: f}',
    '- - a\n  - b\n- c: d\n  e: f\n-\n  g: h\n',
    'a: |\n  line1\n  line2\n\nb: >\n  folded\n  text\n\n  para\nc: |-\n  x\n   y\n',
    'a: "x\\ty \\u00e9 \\x41"\nb: \'it\'\'s\'\n"c d": plain text # comment\n? k\n: v\n',
    'base: &b {x: 1, z: 2}\nd:\n  <<: *b\n  z: 3\ne: *b\n',
    '# only comment\n',
    '--- \nfoo\n...\n',
    'a: this is\n  a multi line\n\n  plain\nb: 2\n',
    '[a, b: c, {d: e}, [], {}]',
    '{"json": "ok", "n": [1,-2.5e3,null,true]}',
    'a: http://x.y/z#frag\nb: -1',
    "a: !!str 123\nb: ~\nc:\nd: ''\n",
    'x: "multi\n  line"\n',
    'a: [1,\n 2,\n 3 # c\n ]\nb: 1',
    'a:\n  b:\n    c: d\n  e: f\ng:\n  - h: i\n    j: k\n  - l',
    'a: |\n  keep\n\n\nb: |+\n  keep\n\n\nc: 1',
    '- |\n literal\n- > \n folded\n',
    'a: 0x1F\nb: 1e3\nc: .5\nd: 1_000\ne: 0b11\nf: 017\n',
    '&x a: &w b\nc: *x\nd: *w',
    '%YAML 1.1\n---\na: yes\nb: off\nc: No\nd: Null\n',
  ])('%j', (text) => {
    expect(read(text)).toEqual(parse(text, { version: '1.1', merge: true, uniqueKeys: false }) ?? null)
  })
})

test.each([
  ['[1,2,3', "failed: yaml: line 1: did not find expected ',' or ']'"],
  ['key: value: bad', 'failed: yaml: line 1: mapping values are not allowed in this context'],
  ['a: - b', 'failed: yaml: line 1: block sequence entries are not allowed in this context'],
  ['a:\n  - b\n c: d', 'failed: yaml: line 3: did not find expected key'],
  ['- a\nb: c', 'failed: yaml: line 2: did not find expected <document start>'],
  ["a: 'x", 'failed: yaml: line 1: found unexpected end of stream'],
  ['\ta: b', 'failed: yaml: line 1: found character that cannot start any token'],
  ['a: "\\q"', 'failed: yaml: line 1: found unknown escape character'],
  ['a: *b', "failed: yaml: unknown anchor 'b' referenced"],
  ['a: .inf', 'failed: yaml: line 1: cannot convert .inf to JSON'],
  ['a: @x', 'failed: yaml: line 1: found character that cannot start any token'],
  ['<<: 1', 'failed: yaml: map merge requires map or sequence of maps as the value'],
  ['[1]: 2', 'failed: yaml: a key is neither a text nor a number'],
  ['a: 1e99999', 'failed: value out of range'],
  ['a: \u0000', 'failed: yaml: control characters are not allowed'],
  ['['.repeat(500), 'REGO_LIMIT_DEPTH'],
  ['- '.repeat(500), 'REGO_LIMIT_DEPTH'],
])('%j is refused', (text, expected) => {
  expect(read(text)).toBe(expected)
})

test('aliases count as much as what they stand for', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let i = 1; i < 12; i++)
    lines.push(
      `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    )
  expect(read(lines.join('\n'))).toMatch(/^REGO_LIMIT_(?:STEPS|MEMORY)$/)
})

test('what is written is read back, here and by another reader', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4, stringUnit: 'grapheme' }), (value) => {
      const plain = JSON.parse(JSON.stringify(value)) as unknown
      const text = callBuiltin('yaml.marshal', plain) as string
      expect(doublesOf(read(text))).toEqual(plain)
      expect(parse(text, { version: '1.1' })).toEqual(plain)
    }),
    { numRuns: 200 },
  )
})

test('whatever comes is read or refused', () => {
  const unit = fc.constantFrom(...'ab:- \n\t#\'"[]{},&*!|>?%1.~\\')
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
      const result = read(text)
      expect(result === undefined || (typeof result === 'string' && result.startsWith('REGO_'))).toBe(false)
    }),
    { numRuns: 500 },
  )
})

test.each([
  [
    { a: 'true', b: '1', c: 'x: y', d: 'a\nb\n', e: '', f: [], g: {} },
    'a: "true"\nb: "1"\nc: \'x: y\'\nd: |\n  a\n  b\ne: ""\nf: []\ng: {}\n',
  ],
  [{ a: [1, { b: 2, c: [3] }] }, 'a:\n- 1\n- b: 2\n  c:\n  - 3\n'],
  ['x', 'x\n'],
])('%j is written in blocks', (value, expected) => {
  expect(callBuiltin('yaml.marshal', value)).toBe(expected)
})
