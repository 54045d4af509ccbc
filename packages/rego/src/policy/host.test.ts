import { describe, expect, test } from 'vitest'
import { compilePolicy } from './compile-policy.ts'

const TEXT = `package policy
allow if {
	input.measurement in query_reference_value("mr_td")
	some name in input.names
	query_reference_value(name) == 1
}
`
const policy = compilePolicy([{ file: 'policy.rego', text: TEXT }], { hostFunctions: { query_reference_value: 1 } })
const input = { measurement: 'ab', names: ['a', 'b'] }

describe('host functions', () => {
  test('answer from what was fetched beforehand', () => {
    const known = new Map<string, unknown>([
      ['mr_td', ['ab']],
      ['a', null],
      ['b', 1],
    ])
    expect(policy.evaluateRule('data.policy.allow', { input, host: { query_reference_value: known } }).value).toBe(true)
  })

  test('REGO_DATA_NEEDED names what is missing', () => {
    const known = new Map<string, unknown>([['mr_td', ['ab']]])
    expect(() => policy.evaluateRule('data.policy.allow', { input, host: { query_reference_value: known } })).toThrow(
      expect.objectContaining({
        code: 'REGO_DATA_NEEDED',
        details: expect.objectContaining({ function: 'query_reference_value', args: ['a'] }),
      }),
    )
  })

  test('a resolver is asked once for each missing answer', async () => {
    const asked: unknown[] = []
    const resolve = async (_: string, args: readonly unknown[]) => {
      asked.push(args[0])
      return args[0] === 'mr_td' ? ['ab'] : args[0] === 'b' ? 1 : undefined
    }
    const result = await policy.evaluateRuleAsync('data.policy.allow', { input, resolve })
    expect(result.value).toBe(true)
    expect(asked).toEqual(['mr_td', 'a', 'b'])
    const answers = await policy.evaluateAsync({ query: 'data.policy.allow = x', input, resolve })
    expect(answers.answers).toEqual([{ bindings: { x: true }, value: undefined }])
  })

  test('REGO_DATA_UNRESOLVED: questions without end', async () => {
    const endless = compilePolicy(
      [{ file: '', text: 'package p\nx if { some i in numbers.range(1, 1000); query(i) == 1 }' }],
      { hostFunctions: { query: 1 } },
    )
    await expect(
      endless.evaluateRuleAsync('data.p.x', { resolve: async () => 0, maxRestarts: 10 }),
    ).rejects.toMatchObject({
      code: 'REGO_DATA_UNRESOLVED',
    })
  })

  test('constant questions are known before evaluating', () => {
    expect(policy.hostQuestions).toEqual([{ name: 'query_reference_value', args: ['mr_td'] }])
  })

  test('a function of the host may answer itself', () => {
    const host = { query_reference_value: (id: unknown) => (id === 'mr_td' ? ['ab'] : 1) }
    expect(policy.evaluateRule('data.policy.allow', { input, host }).value).toBe(true)
  })

  test('REGO_HOST_FAILED: the host itself fails', async () => {
    const fail = () => {
      throw new Error('no connection')
    }
    const failed = expect.objectContaining({ code: 'REGO_HOST_FAILED', cause: expect.any(Error) })
    expect(() => policy.evaluateRule('data.policy.allow', { input, host: { query_reference_value: fail } })).toThrow(
      failed,
    )
    await expect(policy.evaluateRuleAsync('data.policy.allow', { input, resolve: fail })).rejects.toEqual(failed)
    await expect(
      policy.evaluateRuleAsync('data.policy.allow', {
        input,
        resolve: () => Promise.reject(new Error('no connection')),
      }),
    ).rejects.toEqual(failed)
  })

  test('a rule that does not exist is told from one that is undefined', () => {
    expect(policy.evaluateRule('data.policy.deny')).toMatchObject({ exists: false, defined: false })
    expect(policy.evaluateRule('data.policy.allow', { input: {} })).toMatchObject({ exists: true, defined: false })
  })

  test.each(['', 'input.x', 'data.policy; true', 'data.x[y]', 'true'])(
    'REGO_QUERY_INVALID: %j is not a path',
    (path) => {
      expect(() => policy.evaluateRule(path)).toThrow(expect.objectContaining({ code: 'REGO_QUERY_INVALID' }))
    },
  )
})
