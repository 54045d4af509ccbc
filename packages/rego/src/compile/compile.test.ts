import { describe, expect, test } from 'vitest'
import { compilePolicy } from '../policy/compile-policy.ts'

const compile = (...texts: string[]) => compilePolicy(texts.map((text, i) => ({ file: `m${i}.rego`, text })))

describe('compiling refuses', () => {
  test.each([
    ['REGO_VARIABLE_UNSAFE', 'rego_unsafe_var_error', 'x if y == 1', 'm0.rego:2:6: var y is unsafe'],
    ['REGO_VARIABLE_UNSAFE', 'rego_unsafe_var_error', 'x contains y if true', 'var y is unsafe'],
    ['REGO_VARIABLE_UNSAFE', 'rego_unsafe_var_error', 'x if not y', 'var y is unsafe'],
    ['REGO_VARIABLE_UNSAFE', 'rego_unsafe_var_error', 'x if not input.a[_]', 'expression is unsafe'],
    ['REGO_VARIABLE_UNSAFE', 'rego_unsafe_var_error', 'x := [y | z = 1]', 'var y is unsafe'],
    ['REGO_VARIABLE_UNSAFE', 'rego_unsafe_var_error', 'x if { y = z; z = y }', 'vars y, z are unsafe'],
    ['REGO_VARIABLE_UNSAFE', 'rego_unsafe_var_error', 'f(a) := b if a == 1', 'var b is unsafe'],
    ['REGO_TYPE_INVALID', 'rego_type_error', 'x := nope(1)', 'undefined function nope'],
    ['REGO_TYPE_INVALID', 'rego_type_error', 'x := count()', 'count: arity mismatch'],
    ['REGO_TYPE_INVALID', 'rego_type_error', 'f(a) := a\nx := f(1, 2, 3)', 'f: arity mismatch'],
    ['REGO_TYPE_INVALID', 'rego_type_error', 'f(a) := a\nf(a, b) := b', 'conflicting rules data.p.f found'],
    ['REGO_TYPE_INVALID', 'rego_type_error', 'x := 1\nx contains 2', 'conflicting rules data.p.x found'],
    ['REGO_TYPE_INVALID', 'rego_type_error', 'x := 1\nx.y := 2', 'rule data.p.x conflicts with [data.p.x.y]'],
    ['REGO_TYPE_INVALID', 'rego_type_error', 'default x := 1\ndefault x := 2', 'multiple default rules data.p.x found'],
    ['REGO_TYPE_INVALID', 'rego_type_error', 'x if y with z as 1\ny := 1', 'with keyword target'],
    [
      'REGO_RULE_RECURSIVE',
      'rego_recursion_error',
      'x := y\ny := x',
      'rule data.p.x is recursive: data.p.x -> data.p.y -> data.p.x',
    ],
    ['REGO_RULE_RECURSIVE', 'rego_recursion_error', 'f(a) := f(a)', 'rule data.p.f is recursive'],
    ['REGO_RULE_RECURSIVE', 'rego_recursion_error', 'x := data', 'rule data.p.x is recursive'],
    ['REGO_RULE_RECURSIVE', 'rego_recursion_error', 'x if data.p[y]', 'rule data.p.x is recursive'],
    ['REGO_POLICY_INVALID', 'rego_compile_error', 'x if { y := 1; y := 2 }', 'var y assigned above'],
    ['REGO_POLICY_INVALID', 'rego_compile_error', 'x if { y == 1; y := 2 }', 'var y referenced above'],
    ['REGO_POLICY_INVALID', 'rego_compile_error', 'f(a) if a := 1', 'arg a redeclared'],
    ['REGO_POLICY_INVALID', 'rego_compile_error', 'x if input := 1', 'variables must not shadow input'],
    ['REGO_POLICY_INVALID', 'rego_compile_error', 'import data.a\nimport input.a\nx := 1', 'import must not shadow'],
  ])('%s (%s): %s', (code, opaCode, text, message) => {
    expect(() => compile(`package p\n${text}`)).toThrow(
      expect.objectContaining({ code, opaCode, message: expect.stringContaining(message) }),
    )
  })

  test('REGO_TYPE_INVALID: a package where a rule stands', () => {
    expect(() => compile('package p\nq := 1', 'package p.q\nx := 1')).toThrow(
      expect.objectContaining({ code: 'REGO_TYPE_INVALID' }),
    )
  })

  test('what evaluation could only find out, it finds out: no data, no rule, no recursion', () => {
    const policy = compile('package p\nx := data.other.y', 'package other\ny := data.base')
    expect(policy.evaluateRule('data.p.x', { data: { base: 7 } }).value).toBe(7)
  })

  test('a thousand variables that wait for each other are ordered at once', () => {
    const lines = Array.from({ length: 1000 }, (_, i) => `y${i} = y${i + 1}`)
    const policy = compile(`package p\nx := y0 if {\n${lines.join('\n')}\ny1000 = 3\n}`)
    expect(policy.evaluateRule('data.p.x').value).toBe(3)
  })
})
