import { describe, expect, test } from 'vitest'
import { callBuiltin, callWithin } from '../../../../conformance/call-builtin.ts'
import { compilePolicy } from '../../../policy/compile-policy.ts'

const parse = (text: string): unknown => callBuiltin('rego.parse_module', 'x.rego', text)
const TRUE = { type: 'boolean', value: true }
const name = (value: string): object => ({ type: 'var', value })
const string = (value: string): object => ({ type: 'string', value })
const ref = (...value: readonly object[]): object => ({ type: 'ref', value })

/** What the first rule of a module is. */
const rule = (text: string): unknown => (parse(`package p\n${text}`) as { rules: unknown[] }).rules[0]

describe('rego.parse_module', () => {
  test('tells the package, the imports and the rules', () => {
    expect(parse('package a.b\nimport data.c as d\ndefault e := 1')).toEqual({
      package: { path: [name('data'), string('a'), string('b')] },
      imports: [{ path: ref(name('data'), string('c')), alias: 'd' }],
      rules: [
        {
          default: true,
          head: { name: 'e', ref: [name('e')], value: { type: 'number', value: 1 }, assign: true },
          body: [{ index: 0, terms: TRUE }],
        },
      ],
    })
    expect(parse('package a')).toEqual({ package: { path: [name('data'), string('a')] } })
  })

  test('tells calls, negation and with of a body', () => {
    expect(rule('f(x) if {\n x == 1\n not input.y with input as [2]\n}')).toEqual({
      head: { name: 'f', ref: [name('f')], args: [name('x')], value: TRUE },
      body: [
        { index: 0, terms: [ref(name('equal')), name('x'), { type: 'number', value: 1 }] },
        {
          index: 1,
          negated: true,
          terms: ref(name('input'), string('y')),
          with: [{ target: name('input'), value: { type: 'array', value: [{ type: 'number', value: 2 }] } }],
        },
      ],
    })
  })

  test('tells members, some, every and comprehensions', () => {
    expect(rule('s contains [i | some i in y] if every _, v in z { v }')).toEqual({
      head: {
        name: 's',
        ref: [name('s')],
        key: {
          type: 'arraycomprehension',
          value: {
            term: name('i'),
            body: [
              {
                index: 0,
                terms: {
                  symbols: [{ type: 'call', value: [ref(name('internal'), string('member_2')), name('i'), name('y')] }],
                },
              },
            ],
          },
        },
      },
      body: [
        {
          index: 0,
          terms: { key: name('$0'), value: name('v'), domain: name('z'), body: [{ index: 0, terms: name('v') }] },
        },
      ],
    })
  })

  test('puts each else into the one before it', () => {
    const head = (value: number): object => ({
      name: 'a',
      ref: [name('a')],
      value: { type: 'number', value },
      assign: true,
    })
    const body = (value: string): object[] => [{ index: 0, terms: name(value) }]
    expect(rule('a := 1 if x else := 2 if y else := 3')).toEqual({
      head: head(1),
      body: body('x'),
      else: { head: head(2), body: body('y'), else: { head: head(3), body: [{ index: 0, terms: TRUE }] } },
    })
  })

  test.each([
    ['package foo.', 'x.rego:1: rego_parse_error: unexpected eof token: expected ident'],
    ['package foo\n\n', { package: { path: [name('data'), string('foo')] } }],
    ['package foo\np if )', 'x.rego:2: rego_parse_error: unexpected `)`, expected a term'],
    ['package foo\np { true }', 'x.rego:2: rego_parse_error: unexpected `{`, expected `if`'],
  ])('%j', (text, expected) => {
    expect(parse(text)).toEqual(typeof expected === 'string' ? `failed: 1 error occurred: ${expected}` : expected)
  })

  test('reads the dialect of the policy that asks', () => {
    const ask = (version: 'v0' | 'v1'): unknown =>
      compilePolicy(
        [{ file: 'p.rego', text: 'package p\nimport rego.v1\nx := rego.parse_module("", "package p\\nq { true }")' }],
        {
          version,
        },
      ).evaluateRule('data.p.x').defined
    expect([ask('v0'), ask('v1')]).toEqual([true, false])
  })

  test('is held to limits', () => {
    expect(parse(`package p\nx := ${'['.repeat(500)}`)).toBe('REGO_LIMIT_DEPTH')
    expect(parse(`package p\nx := 1${' + 1'.repeat(200)}`)).toBe('REGO_LIMIT_DEPTH')
    expect(parse(`package p\nx := 1${' + 1'.repeat(100)}`)).toBeTypeOf('object')
    const text = `package p\n${'#'.repeat(10_000)}`
    expect(callWithin({ steps: 1000 }, 'rego.parse_module', 'x', text)).toBe('REGO_LIMIT_STEPS')
    expect(callWithin({ memoryBytes: 10_000 }, 'rego.parse_module', 'x', text)).toBe('REGO_LIMIT_MEMORY')
  })
})
