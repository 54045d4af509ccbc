import { describe, expect, test } from 'vitest'
import { compilePolicy } from '../policy/compile-policy.ts'
import type { EvaluationOptions } from '../policy/options.ts'

const chain = (count: number, first: string, next: (i: number) => string): string =>
  [first, ...Array.from({ length: count }, (_, i) => next(i + 1))].join('\n')

function run(text: string, options: EvaluationOptions = {}): unknown {
  return compilePolicy([{ file: 'p.rego', text: `package p\n${text}` }]).evaluateRule('data.p.x', options).value
}

describe('limits', () => {
  test.each([
    ['REGO_LIMIT_STEPS', 'x if { some i in numbers.range(1, 9999); some j in numbers.range(1, 9999); i * j == -1 }'],
    [
      'REGO_LIMIT_STEPS',
      chain(40, 'f0(y) := y', (i) => `f${i}(y) := f${i - 1}(y) + f${i - 1}(y)`).concat('\nx := f40(1)'),
    ],
    [
      'REGO_LIMIT_MEMORY',
      chain(60, 'a0 := [1]', (i) => `a${i} := [a${i - 1}, a${i - 1}]`).concat('\nx := json.marshal(a60)'),
    ],
    [
      'REGO_LIMIT_MEMORY',
      chain(60, 'a0 := [1]', (i) => `a${i} := {"a": a${i - 1}, "b": a${i - 1}}`).concat('\nx := {a60}'),
    ],
    [
      'REGO_LIMIT_MEMORY',
      chain(60, 'a0 := "x"', (i) => `a${i} := concat("", [a${i - 1}, a${i - 1}])`).concat('\nx := a60'),
    ],
    ['REGO_LIMIT_SIZE', chain(40, 'a0 := 99', (i) => `a${i} := a${i - 1} * a${i - 1}`).concat('\nx := a40')],
    ['REGO_LIMIT_DEPTH', chain(3000, 'a0 := 1', (i) => `a${i} := a${i - 1}`).concat('\nx := a3000')],
  ])('%s', (code, text) => {
    expect(() => run(text)).toThrow(expect.objectContaining({ code }))
  })

  test('REGO_LIMIT_TIME: by the clock of the caller', () => {
    let now = 0
    const clock = () => (now += 1000)
    const text = 'x if { some i in numbers.range(1, 100000); i < 0 }'
    expect(() => run(text, { clock })).toThrow(expect.objectContaining({ code: 'REGO_LIMIT_TIME' }))
    expect(run(text)).toBeUndefined()
  })

  test('REGO_LIMIT_DEPTH: an input nested too deeply', () => {
    const input = JSON.parse('['.repeat(500) + ']'.repeat(500))
    expect(() => run('x := input', { input })).toThrow(expect.objectContaining({ code: 'REGO_LIMIT_DEPTH' }))
  })

  test('the deepest evaluation that is allowed fits the stack of the host', () => {
    const text = chain(395, 'a0 := 1', (i) => `a${i} := [y | y := a${i - 1}][0]`).concat('\nx := a200')
    expect(run(text)).toBe(1)
  })

  test('limits are of the caller', () => {
    const text = 'x := count([1 | some i in numbers.range(1, 100)])'
    expect(run(text)).toBe(100)
    expect(() => run(text, { limits: { steps: 50 } })).toThrow(expect.objectContaining({ code: 'REGO_LIMIT_STEPS' }))
    expect(() => run(text, { limits: { memoryBytes: 500 } })).toThrow(
      expect.objectContaining({ code: 'REGO_LIMIT_MEMORY' }),
    )
  })
})
