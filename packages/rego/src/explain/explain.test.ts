import { describe, expect, test } from 'vitest'
import { compilePolicy } from '../policy/compile-policy.ts'
import { explainRule, explanationLines } from './index.ts'

const TEXT = `package policy

default hardware := 97

hardware := 2 if {
	input.tdx.tee_type == "81000000"
	input.tdx.mr_td in query_reference_value("mr_td")
}

file_system := 2 if not input.tdx.debug

claims := {"hardware": hardware, "file": file_system}

allow if {
	every _, value in claims {
		value <= 32
	}
}
`
const policy = compilePolicy([{ file: 'policy.rego', text: TEXT }], { hostFunctions: { query_reference_value: 1 } })
const host = { query_reference_value: new Map([['mr_td', ['aa']]]) }

describe('explaining', () => {
  test('names the expression, its terms and their values', () => {
    const explanation = explainRule(policy, 'data.policy.hardware', {
      input: { tdx: { tee_type: '81000000', mr_td: 'bb' } },
      host,
    })
    expect(explanation).toMatchObject({ rule: 'data.policy.hardware', value: 97, isDefault: true })
    expect(explanation.branches[0]?.failed).toMatchObject({
      location: { file: 'policy.rego', row: 7, column: 2 },
      text: 'input.tdx.mr_td in query_reference_value("mr_td")',
      tries: 1,
      samples: [
        [
          { text: 'input.tdx.mr_td', defined: true, value: 'bb' },
          { text: 'query_reference_value("mr_td")', defined: true, value: ['aa'] },
        ],
      ],
    })
  })

  test('follows rules that hold to those that fall short', () => {
    const lines = explanationLines(
      explainRule(policy, 'data.policy.allow', { input: { tdx: { tee_type: '81000000', mr_td: 'bb' } }, host }),
    )
    expect(lines[0]).toBe('`data.policy.allow` has no value.')
    const text = lines.join('\n')
    expect(text).toContain('policy.rego:16:3: `value <= 32` does not hold')
    expect(text).toContain('`value` is 97')
    expect(text).toContain('`data.policy.hardware` is 97, its default.')
    expect(text).toContain('`input.tdx.mr_td` is "bb"; `query_reference_value("mr_td")` is ["aa"].')
  })

  test('tells what is undefined, and what a negation meets', () => {
    const none = explanationLines(explainRule(policy, 'data.policy.hardware', { input: {}, host })).join('\n')
    expect(none).toContain('`input.tdx.tee_type` is undefined')
    const debug = explanationLines(explainRule(policy, 'data.policy.file_system', { input: { tdx: { debug: true } } }))
    expect(debug.join('\n')).toContain('`not input.tdx.debug` holds what it denies')
  })

  test('a rule that holds has nothing to explain', () => {
    const input = { tdx: { tee_type: '81000000', mr_td: 'aa' } }
    const explanation = explainRule(policy, 'data.policy.allow', { input, host })
    expect(explanation).toMatchObject({ defined: true, value: true, branches: [{ holds: true, failed: undefined }] })
  })

  test('the choices that were tried are counted and shown', () => {
    const loop = compilePolicy([{ file: '', text: 'package p\nx if {\n\tsome user in input\n\tuser.admin\n}' }])
    const explanation = explainRule(loop, 'data.p.x', { input: [{ name: 'a' }, { name: 'b', admin: false }] })
    expect(explanation.branches[0]?.failed).toMatchObject({ text: 'user.admin', tries: 2 })
    expect(explanation.branches[0]?.failed?.samples).toHaveLength(2)
  })
})
