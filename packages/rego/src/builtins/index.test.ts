import { expect, test } from 'vitest'
import { haveVectors, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { readOpaCases } from '../../conformance/cases.ts'
import { leftOutReason } from '../../conformance/left-out.ts'
import { BUILTINS } from './index.ts'
import { parseSignature } from './signature.ts'

/** Functions that the compiler or the evaluator has itself, and one that only the cases have. */
const ELSEWHERE: ReadonlySet<string> = new Set(['internal.template_string', 'test.sleep'])

test.skipIf(!haveVectors)(`every function of the conformance cases is there${vectorsAbsent}`, () => {
  const missing = new Set<string>()
  for (const version of ['v1', 'v0'] as const) {
    for (const { builtins } of readOpaCases(version)) {
      for (const name of builtins) if (!BUILTINS.has(name) && leftOutReason([name]) === undefined) missing.add(name)
    }
  }
  expect([...missing].filter((name) => !ELSEWHERE.has(name))).toEqual([])
})

test('names are told once, and arities are those of the signatures', () => {
  for (const [name, builtin] of BUILTINS) {
    expect(builtin.name).toBe(name)
    expect(builtin.arity).toBe(builtin.signature.operands.length)
  }
  expect(BUILTINS.size).toBe(new Set(BUILTINS.values()).size)
})

test('what differs from query to query says so', () => {
  const changing = [...BUILTINS.values()].filter((builtin) => builtin.nondeterministic).map((builtin) => builtin.name)
  expect(changing).toContain('time.now_ns')
  expect(changing).toContain('rand.intn')
  expect(changing).not.toContain('sprintf')
})

test.each([
  ['-> number', { operands: [], result: { kind: 'number' } }],
  [
    'string | array<any>, object<string: any> -> [boolean, set<number>]',
    {
      operands: [
        { kind: 'union', of: [{ kind: 'string' }, { kind: 'array', items: [], rest: { kind: 'any' } }] },
        { kind: 'object', keys: { kind: 'string' }, values: { kind: 'any' } },
      ],
      result: { kind: 'array', items: [{ kind: 'boolean' }, { kind: 'set', of: { kind: 'number' } }] },
    },
  ],
])('the signature %s', (text, expected) => {
  expect(parseSignature(text)).toEqual(expected)
})

test.each(['number', 'array -> any', 'number -> number number', 'float -> any', '[number -> any'])(
  'the signature %j is a slip of the pen',
  (text) => {
    expect(() => parseSignature(text)).toThrow(/^signature /)
  },
)
