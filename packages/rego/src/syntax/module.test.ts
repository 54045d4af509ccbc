import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RegoError } from '../errors.ts'
import { parseModule, parseQuery } from './index.ts'

const v1 = (text: string) => parseModule(`package p\n${text}`, 'p.rego')
const v0 = (text: string) => parseModule(`package p\n${text}`, 'p.rego', 'v0')

describe('syntax', () => {
  test.each([
    ['x := 1 if', 'p.rego:2:10', ['a term']],
    ['x { true }', 'p.rego:2:3', ['if']],
    ['x[1] := 2 { true }', 'p.rego:2:11', ['if']],
    ['x', 'p.rego:2:1', [':=', 'contains', 'if']],
    ['x if { }', 'p.rego:2:6', ['an expression']],
    ['x := "abc', 'p.rego:2:6', ['"']],
    ['x := `abc', 'p.rego:2:6', ['`']],
    ['x := $"a{1', 'p.rego:2:11', ['}']],
    ['x := [1, 2', 'p.rego:2:11', [',', ']']],
    ['x := {"a": 1 2}', 'p.rego:2:14', [',', '}']],
    ['x if every k in xs', 'p.rego:2:19', ['{']],
    ['x if some 1', 'p.rego:2:11', ['a variable', 'in']],
    ['x if y with input', 'p.rego:2:18', ['as']],
    ['default x := y', 'p.rego:2:14', ['a constant']],
    ['default x if true', 'p.rego:2:11', [':=', '=']],
    ['import foo.bar', 'p.rego:2:1', ['data', 'input', 'rego.v1', 'future.keywords']],
    ['x := 1 y := 2', 'p.rego:2:8', ['a new line']],
    ['x if { a b }', 'p.rego:2:10', ['a new line', ';', '}']],
  ])('%s: REGO_SYNTAX_INVALID at %s', (text, place, expected) => {
    const error = catchError(() => v1(text))
    expect(error.code).toBe('REGO_SYNTAX_INVALID')
    expect(error.message.startsWith(place)).toBe(true)
    expect(error.details['expected']).toEqual(expected)
  })

  test('an error shows the line and a caret under the place', () => {
    const error = catchError(() => v1('\tx := )'))
    expect(error.location).toEqual({ file: 'p.rego', row: 2, column: 7 })
    expect(error.details).toMatchObject({ line: '\tx := )', caret: '\t     ^' })
  })

  test.each([
    ['x { true }', 'a body without if'],
    ['x[y] { y := 1 }', 'members without contains'],
    ['x { true } { false }', 'bodies in a row'],
    ['x = 1 { true } else = 2 { false }', 'else without if'],
    ['if := 1', 'keywords of version 1 as names'],
  ])('version 0 reads %s (%s), version 1 does not', (text) => {
    expect(v0(text).rules.length).toBeGreaterThan(0)
    expect(catchError(() => v1(text)).code).toBe('REGO_SYNTAX_INVALID')
  })

  test('import rego.v1 turns version 0 into version 1', () => {
    const module = parseModule('package p\nimport rego.v1\nx contains 1 if true', '', 'v0')
    expect(module.version).toBe('v1')
    expect(catchError(() => parseModule('package p\nimport rego.v1\nx { true }', '', 'v0')).code).toBe(
      'REGO_SYNTAX_INVALID',
    )
  })

  test('future.keywords brings keywords to version 0 one by one', () => {
    expect(parseModule('package p\nimport future.keywords.if\nx if true', '', 'v0').version).toBe('v0')
    expect(() => parseModule('package p\nimport future.keywords.if\nx contains 1 if true', '', 'v0')).toThrow(RegoError)
    expect(() => parseModule('package p\nimport future.keywords.nope', '', 'v0')).toThrow(RegoError)
  })

  test('rego.v1 and future.keywords exclude each other', () => {
    expect(catchError(() => v0('import rego.v1\nimport future.keywords.in')).code).toBe('REGO_SYNTAX_INVALID')
    expect(catchError(() => v0('import future.keywords\nimport rego.v1')).code).toBe('REGO_SYNTAX_INVALID')
  })

  test.each([
    ['[x + 1 | some x in y]', 'comprehension'],
    ['[x & y | z]', 'array'],
    ['[x | y | z]', 'comprehension'],
    ['[(x | y)]', 'array'],
    ['{x: y | z}', 'comprehension'],
    ['{x - y | z, 1}', 'set'],
    ['[x | y, z in w]', 'comprehension'],
  ])('%s is a %s', (text, kind) => {
    expect(v1(`a := ${text}`).rules[0]?.head.value?.kind).toBe(kind)
  })

  test.each(['[', '{', '{"a": ', '[x | ', '[x + 1 | ', '[f(', '{[', '[y in ('])(
    'nested %s is read once at each level',
    (open) => {
      const closings: Record<string, string> = { '[': ']', '{': '}', '(': ')' }
      const close = [...open]
        .filter((mark) => mark in closings)
        .map((mark) => closings[mark])
        .reverse()
        .join('')
      const text = `x := ${open.repeat(20)}1${close.repeat(20)}`
      expect(() => v1(text)).not.toThrow()
    },
  )

  test('[x | y] is a comprehension, [(x | y)] a union', () => {
    const [first, second] = v1('a := [x | y]\nb := [(x | y)]').rules
    expect(first?.head.value?.kind).toBe('comprehension')
    expect(second?.head.value?.kind).toBe('array')
  })

  test.each([
    ['parentheses', `x := ${'('.repeat(500)}`],
    ['arrays', `x := ${'['.repeat(100_000)}`],
    ['comprehensions', `x := ${'[y | '.repeat(500)}`],
    ['bodies', `x if ${'every y in z { '.repeat(500)}`],
    ['templates', `x := ${'$"{'.repeat(500)}`],
    ['operators', `x := 1${' + 1'.repeat(5000)}`],
    ['else', `x := 1 if { false }${' else := 2 if { false }'.repeat(5000)}`],
    ['expressions', `x if {\n${'true\n'.repeat(5000)}}`],
    ['path', `x := a${'.b'.repeat(5000)}`],
  ])('too many %s inside each other: REGO_LIMIT_DEPTH', (_, text) => {
    expect(catchError(() => v1(text)).code).toBe('REGO_LIMIT_DEPTH')
  })

  test('a text that is too long: REGO_LIMIT_SIZE', () => {
    expect(catchError(() => parseModule(' '.repeat(5_000_000))).code).toBe('REGO_LIMIT_SIZE')
  })

  test('any text parses or fails with an error of this package', () => {
    const words = [
      'x',
      'if',
      '{',
      '}',
      '[',
      ']',
      '(',
      ')',
      '|',
      ':=',
      '=',
      '1',
      '"s"',
      'some',
      'every',
      'in',
      'not',
      '.',
      ',',
      ';',
      '\n',
      'else',
      'with',
      'as',
      '$"',
      '{',
      '"',
      '`',
      '#',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 40 }), (parts) => {
        for (const version of ['v0', 'v1'] as const) {
          try {
            parseModule(`package p\n${parts.join(' ')}`, '', version)
          } catch (error) {
            expect(error).toBeInstanceOf(RegoError)
          }
        }
      }),
      { numRuns: 400 },
    )
  })

  test('a query is a body without braces', () => {
    expect(parseQuery('data.p.x = y; y > 1').body).toHaveLength(2)
  })
})

function catchError(run: () => unknown): RegoError {
  try {
    run()
  } catch (error) {
    if (error instanceof RegoError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
