import { describe, expect, test } from 'vitest'
import { compilePolicy } from '../policy/compile-policy.ts'
import type { EvaluationOptions } from '../policy/options.ts'

function value(text: string, options: EvaluationOptions = {}): unknown {
  return compilePolicy([{ file: 'p.rego', text: `package p\n${text}` }]).evaluateRule('data.p.x', options).value
}

describe('evaluating', () => {
  test.each<[string, unknown, unknown?]>([
    ['x := f(2)\nf(1) := "a"\nf(2) := "b"', 'b'],
    ['x := y if { [1, y] = [1, 2] }', 2],
    ['x := [a, b] if { {"a": a, "b": [b]} = {"a": 1, "b": [2]} }', [1, 2]],
    ['default x := 5\nx := 6 if input.no', 5],
    ['x := 1 if { false } else := 2 if { true } else := 3', 2],
    ['x contains y if { some y in input }', [1, 2], [2, 1, 2]],
    ['x[k] := v if { some k, v in input }', { a: 1 }, { a: 1 }],
    ['x[k].n contains v if { some k, v in input }', { a: { n: [1] } }, { a: 1 }],
    ['x if { every v in input { v > 0 } }', true, [1, 2]],
    ['x if { every v in input { v > 0 } }', undefined, [1, -2]],
    ['x if { every v in input.none { v > 0 } }', undefined, {}],
    ['x := [a, q] if { a := q with input as 1 }\nq := input', [1, 2], 2],
    ['x := a if { a := count([]) with count as 7 }', 7],
    ['x := a if { a := f(1) with f as g }\nf(y) := y\ng(_) := "g"', 'g'],
    ['x := a if { a := data.p.q with data.p.q as 3 }\nq := 4', 3],
    ['x := $"{input.a}-{input.b}"', '1-<undefined>', { a: 1 }],
    ['x := {k: v | some k, v in input}', { '0': 'a' }, ['a']],
    ['x := [p | walk(input, [p, 1])]', [['a', 0]], { a: [1] }],
    ['x := input["a b"].c', 1, { 'a b': { c: 1 } }],
    ['x := [1 < 2, 3 * 4, internal]\nlt := 5\nmul(a, b) := 6\ninternal := 1 in [1]', [true, 12, true]],
    ['x := input', null, null],
    ['x := input', undefined],
  ])('%s', (text, expected, input) => {
    expect(value(text, input === undefined ? {} : { input })).toEqual(expected)
  })

  test('REGO_RESULT_CONFLICT: two values for one rule', () => {
    expect(() => value('x := 1 if true\nx := 2 if true')).toThrow(
      expect.objectContaining({
        code: 'REGO_RESULT_CONFLICT',
        opaCode: 'eval_conflict_error',
        message: 'p.rego:3:1: complete rules must not produce multiple outputs',
      }),
    )
    expect(() => value('x := f(1)\nf(_) := 1\nf(_) := 2')).toThrow(
      expect.objectContaining({ code: 'REGO_RESULT_CONFLICT' }),
    )
    expect(() => value('x[1] := 1\nx[1] := 2')).toThrow(expect.objectContaining({ code: 'REGO_RESULT_CONFLICT' }))
    expect(() => value('x := {1: y | some y in [1, 2]}')).toThrow(
      expect.objectContaining({ code: 'REGO_RESULT_CONFLICT' }),
    )
  })

  test('a built-in that fails leaves its expression undefined and a diagnostic, or ends a strict evaluation', () => {
    const policy = compilePolicy([{ file: 'p.rego', text: 'package p\nx := 1 / input.zero\ny := count(input.zero)' }])
    const lenient = policy.evaluateRule('data.p.x', { input: { zero: 0 } })
    expect(lenient.defined).toBe(false)
    expect(lenient.diagnostics).toEqual([
      { code: 'REGO_BUILTIN_FAILED', message: 'p.rego:2:6: div: divide by zero', file: 'p.rego', row: 2, column: 6 },
    ])
    const strict = { input: { zero: 0 }, strictBuiltinErrors: true }
    expect(() => policy.evaluateRule('data.p.x', strict)).toThrow(
      expect.objectContaining({ code: 'REGO_BUILTIN_FAILED' }),
    )
    expect(() => policy.evaluateRule('data.p.y', strict)).toThrow(
      expect.objectContaining({ code: 'REGO_OPERAND_INVALID' }),
    )
  })

  test('a function that reaches out of the policy fails even a lenient evaluation', () => {
    expect(() => value('x if not http.send({})')).toThrow(expect.objectContaining({ code: 'REGO_BUILTIN_FAILED' }))
    expect(value('x := y if { y := http.send({}) with http.send as {"status": 200} }')).toEqual({ status: 200 })
  })

  test('time, randomness and print come from the caller', () => {
    const seed = new Uint8Array([1, 2, 3])
    expect(value('x := time.now_ns()', { now: 12 })).toBe(12_000_000_000)
    expect(value('x := rand.intn("a", 1000000)', { seed })).toBe(value('x := rand.intn("a", 1000000)', { seed }))
    const printed: string[] = []
    value('x if print("a", input.none, [1])', { print: (line) => printed.push(line) })
    expect(printed).toEqual(['a <undefined> [1]'])
  })

  test('data and rules of a package come together', () => {
    const policy = compilePolicy([{ file: '', text: 'package a.b\nx := 1' }])
    expect(policy.evaluateRule('data.a', { data: { a: { c: 2, b: { y: 3 } } } }).value).toEqual({
      b: { x: 1, y: 3 },
      c: 2,
    })
    expect(policy.evaluate({ query: 'data.a[k][n] = v', data: { a: { c: { z: 2 } } } }).answers).toEqual([
      { bindings: { k: 'b', n: 'x', v: 1 }, value: undefined },
      { bindings: { k: 'c', n: 'z', v: 2 }, value: undefined },
    ])
  })
})
