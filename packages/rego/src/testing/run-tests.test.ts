import { describe, expect, test } from 'vitest'
import { compilePolicy } from '../policy/compile-policy.ts'
import { runTests } from './index.ts'

const policy = compilePolicy([
  {
    file: 'policy.rego',
    text: `package policy

allow if {
	input.role == "admin"
	not input.banned
}

deny contains "banned" if input.banned
`,
  },
  {
    file: 'policy_test.rego',
    text: `package policy_test

import data.policy

test_admin if policy.allow with input as {"role": "admin"}

test_user if policy.allow with input as {"role": "user"}

test_conflict if conflict == 1

todo_test_later if false

test_print if print("seen", 1)

conflict := 1
conflict := 2 if true
`,
  },
])

describe('tests of policies', () => {
  test('pass, fail with a reason, err, or wait', () => {
    const report = runTests(policy)
    const outcomes = Object.fromEntries(
      report.results.map(({ name, outcome }) => [name.replace('data.policy_test.', ''), outcome]),
    )
    expect(outcomes).toEqual({
      test_admin: 'passed',
      test_user: 'failed',
      test_conflict: 'error',
      todo_test_later: 'skipped',
      test_print: 'passed',
    })
    expect(report).toMatchObject({ passed: 2, failed: 1, errors: 1, skipped: 1, coverage: undefined })
    const failed = report.results.find(({ outcome }) => outcome === 'failed')
    expect(failed?.explanation?.branches[0]?.failed?.because[0]?.branches[0]?.failed).toMatchObject({
      text: 'input.role == "admin"',
      samples: [[{ text: 'input.role', value: 'user' }]],
    })
    expect(failed?.location).toEqual({ file: 'policy_test.rego', row: 7, column: 1 })
    expect(report.results.find(({ name }) => name.endsWith('test_print'))?.printed).toEqual(['seen 1'])
  })

  test('tell which rows they reach', () => {
    const { coverage } = runTests(policy, { coverage: true, filter: (name) => name.endsWith('test_user') })
    expect(coverage?.files['policy.rego']).toEqual({
      covered: [{ start: 4, end: 4 }],
      notCovered: [
        { start: 3, end: 3 },
        { start: 5, end: 5 },
        { start: 8, end: 8 },
      ],
      coveredRows: 1,
      notCoveredRows: 3,
      percent: 25,
    })
  })
})
