import { describe, expect, it, test } from 'vitest'
import { STRICT_POLICY } from '../../../../testkit/guide-policies.ts'
import { createPolicyReferences, type ReferenceRecord } from '../references/index.ts'
import {
  compileAttestationPolicy,
  compileResourcePolicy,
  createPolicyInput,
  evaluateAttestationPolicy,
  evaluateResourcePolicy,
} from './index.ts'

const NOW = 1_790_000_000

function referencesOf(values: Record<string, readonly string[] | null>) {
  const records = Object.entries(values).map(
    ([name, digests]): ReferenceRecord => ({
      name,
      expiresAt: digests === null ? NOW - 1 : NOW + 1000,
      content: { kind: 'digests', digests: (digests ?? ['aa']).map((value) => ({ algorithm: 'sha384', value })) },
    }),
  )
  return createPolicyReferences(records, NOW)
}

const evaluate = (text: string, claims: object, values: Record<string, readonly string[] | null> = {}) =>
  evaluateAttestationPolicy(compileAttestationPolicy({ id: 'default', text }), {
    input: createPolicyInput([{ tee: 'tdx', claims: claims as never }]),
    references: referencesOf(values),
    now: NOW,
  })

const KERNEL = 'measurement.kernel.SHA-384'
const CLAIMS = {
  tdx: { quote: { body: { mr_td: 'dd' } }, [KERNEL]: 'aa', 'measurement.kernel.SHA384': 'aa', kernel_cmdline: 'quiet' },
  report_data: '00',
}

describe('the strict policy', () => {
  it('accepts what is registered, by the suffix of the name', () => {
    const verdict = evaluate(STRICT_POLICY, CLAIMS, {
      [KERNEL]: ['zz', 'aa'],
      'ccel.measurement.kernel.SHA384': ['aa'],
    })
    expect(verdict).toMatchObject({ allowed: true, status: 'affirming', findings: [] })
    expect(verdict.policyHash).toMatch(/^[0-9a-f]{96}$/)
  })

  it('refuses while nothing is registered, and says so', () => {
    const { allowed, status, findings } = evaluate(STRICT_POLICY, CLAIMS)
    expect(allowed).toBe(false)
    expect(status).toBe('contraindicated')
    expect(findings).toMatchObject([{ code: 'APPRAISAL_POLICY_REFERENCES_EMPTY', severity: 'error' }])
  })

  it('refuses another value, and names both', () => {
    const { allowed, findings } = evaluate(STRICT_POLICY, CLAIMS, { [KERNEL]: ['zz'] })
    expect(allowed).toBe(false)
    expect(findings).toMatchObject([{ code: 'APPRAISAL_POLICY_REFERENCE_MISMATCH', expected: ['zz'], actual: 'aa' }])
    expect(findings[0]!.message).toContain(KERNEL)
  })

  it('refuses what the evidence does not claim', () => {
    const { findings } = evaluate(STRICT_POLICY, CLAIMS, { 'measurement.grub.SHA-384': ['aa'], [KERNEL]: ['aa'] })
    expect(findings).toMatchObject([{ code: 'APPRAISAL_POLICY_REFERENCE_UNCLAIMED', path: 'measurement.grub.SHA-384' }])
  })

  it('takes a lapsed value for no value, not for any', () => {
    const { allowed, findings } = evaluate(STRICT_POLICY, CLAIMS, { [KERNEL]: null })
    expect(allowed).toBe(false)
    expect(findings).toMatchObject([{ code: 'APPRAISAL_POLICY_REFERENCE_LAPSED' }])
  })

  it('does not take what a guest wrote into its log or runtime data for a measurement', () => {
    const claims = {
      tdx: { ...CLAIMS.tdx, [KERNEL]: 'evil', [`aael.x/${KERNEL}`]: ['aa'] },
      runtime_data_claims: { [KERNEL]: 'aa' },
    }
    const input = createPolicyInput([{ tee: 'tdx', claims, runtimeData: { [KERNEL]: 'aa', [`x.${KERNEL}`]: 'aa' } }])
    const policy = compileAttestationPolicy({ id: 'default', text: STRICT_POLICY })
    const references = referencesOf({ [KERNEL]: ['aa'] })
    expect(evaluateAttestationPolicy(policy, { input, references, now: NOW }).allowed).toBe(false)
  })
})

describe('trust claims', () => {
  const RULES = `package policy
import rego.v1
default hardware := 97
hardware := 2 if input.tdx.quote.body.mr_td in query_reference_value("mr_td")
file_system := -1
`
  it('as rules with underscores', () => {
    expect(evaluate(RULES, CLAIMS, { mr_td: ['dd'] })).toMatchObject({
      allowed: true,
      status: 'affirming',
      trustVector: { hardware: 2, 'file-system': -1 },
    })
  })

  it('a refusal names the claim, its value and the reference', () => {
    const missing = evaluate(RULES, CLAIMS)
    expect(missing).toMatchObject({ allowed: true, status: 'contraindicated', missingReferences: ['mr_td'] })
    expect(missing.findings[0]!.message).toContain(
      '`input.tdx.quote.body.mr_td` is "dd" and no reference value named mr_td is registered',
    )
    const other = evaluate(RULES, CLAIMS, { mr_td: ['ee'] })
    expect(other.findings).toMatchObject([
      { code: 'APPRAISAL_POLICY_CLAIM_UNAFFIRMED', expected: ['ee'], actual: 'dd' },
    ])
    expect(other.findings[0]!.message).toContain('no reference value named mr_td matches')
    expect(other.explanation.join('\n')).toContain('default.rego:4:')
  })

  it('as one object with hyphens, with extensions', () => {
    const text = `package policy
import rego.v1
trust_claims := {"hardware": 2, "instance-identity": 2}
extensions := [{"name": "ear.trustee.identifiers", "key": -18, "value": {"image": "a"}}]
`
    expect(evaluate(text, CLAIMS)).toMatchObject({
      trustVector: { hardware: 2, 'instance-identity': 2 },
      extensions: [{ name: 'ear.trustee.identifiers', key: -18, value: { image: 'a' } }],
    })
  })

  test.each([
    ['an unknown name', 'trust_claims := {"hardwear": 2}'],
    ['above int8', 'trust_claims := {"hardware": 128}'],
    ['below int8', 'hardware := -129'],
    ['a fraction', 'hardware := 2.5'],
    ['a text', 'hardware := "2"'],
    ['no object', 'trust_claims := [2]'],
    ['allow that is no boolean', 'allow := "yes"'],
    ['an extension of ours', 'trust_claims := {}\nextensions := [{"name": "ear.status", "value": "affirming"}]'],
    ['a nameless extension', 'trust_claims := {}\nextensions := [{"value": 1}]'],
  ])('%s is an error', (_what, rules) => {
    expect(() => evaluate(`package policy\nimport rego.v1\n${rules}\n`, CLAIMS)).toThrow(
      expect.objectContaining({ code: 'APPRAISAL_POLICY_RESULT_INVALID' }),
    )
  })

  it('a policy that says nothing about a machine affirms nothing', () => {
    const verdict = evaluate('package policy\nimport rego.v1\nhardware := 2 if input.snp\n', CLAIMS)
    expect(verdict).toMatchObject({ status: 'none', trustVector: {} })
    expect(verdict.findings).toMatchObject([{ code: 'APPRAISAL_POLICY_CLAIM_UNAFFIRMED' }])
  })
})

describe('compiling', () => {
  test.each([
    ['no rule', 'package policy\n\nanything := true\n', 'APPRAISAL_POLICY_RULES_MISSING'],
    ['another package', 'package other\n\nallow := true\n', 'APPRAISAL_POLICY_RULES_MISSING'],
    ['syntax', 'package policy\n\nallow if {\n', 'APPRAISAL_POLICY_TEXT_INVALID'],
    ['an unknown function', 'package policy\n\nallow if nothing(1)\n', 'APPRAISAL_POLICY_TEXT_INVALID'],
  ])('%s', (_what, text, code) => {
    expect(() => compileAttestationPolicy({ id: 'a', text })).toThrow(expect.objectContaining({ code, status: 400 }))
  })

  test.each(['', '../a', 'a b', 'a.rego', 'é', 'a'.repeat(129), 'a\r\nb'])('the id %j is refused', (id) => {
    expect(() => compileAttestationPolicy({ id, text: 'package policy\nallow := true\n' })).toThrow(
      expect.objectContaining({ code: 'APPRAISAL_POLICY_ID_INVALID' }),
    )
  })

  it('reads either dialect', () => {
    const older = compileAttestationPolicy({
      id: 'a',
      text: 'package policy\ndefault allow = false\nallow { input.x }\n',
    })
    expect(older.dialect).toBe('v0')
    expect(compileAttestationPolicy({ id: 'a', text: STRICT_POLICY }).dialect).toBe('v1')
  })

  it('an endless policy is stopped', () => {
    const text = `package policy
import rego.v1
allow if { some a, b, c, d in numbers.range(1, 200); a + b + c + d == -1 }
`
      .replace(
        'some a, b, c, d in numbers.range(1, 200)',
        'some a in numbers.range(1, 999); some b in numbers.range(1, 999); some c in numbers.range(1, 999)',
      )
      .replace('a + b + c + d', 'a + b + c')
    expect(() => evaluate(text, CLAIMS)).toThrow(
      expect.objectContaining({ code: 'APPRAISAL_POLICY_EVALUATION_FAILED' }),
    )
  })
})

it('two pieces of evidence of one kind are not mixed', () => {
  expect(() =>
    createPolicyInput([
      { tee: 'tdx', claims: { tdx: {} } },
      { tee: 'tdx', claims: { tdx: {} } },
    ]),
  ).toThrow(expect.objectContaining({ code: 'APPRAISAL_POLICY_INPUT_AMBIGUOUS' }))
})

describe('resource policies', () => {
  const claims = { submods: { cpu0: { 'ear.status': 'affirming' } } }
  const ask = (text: string, segments = ['default', 'key', 'disk']) =>
    evaluateResourcePolicy(compileResourcePolicy({ id: 'r', text }), {
      claims,
      plugin: 'resource',
      segments,
      query: {},
      now: NOW,
    })

  test.each([
    ['the path as text, with the plugin', 'allow if data["resource-path"] == "resource/default/key/disk"'],
    [
      'a list of segments beside the plugin',
      'allow if { data.plugin == "resource"; data["resource-path"] == ["default", "key", "disk"] }',
    ],
    ['segments by index', 'allow if data["resource-path"][0] == "default"'],
    ['the token', 'allow if input.submods.cpu0["ear.status"] == "affirming"'],
  ])('%s', (_what, rule) => {
    expect(ask(`package policy\nimport rego.v1\ndefault allow := false\n${rule}\n`).allowed).toBe(true)
  })

  test.each([
    ['false', 'allow := false'],
    ['no boolean', 'allow := "true"'],
    ['undefined', 'allow if input.nothing'],
    ['another path', 'allow if data["resource-path"] == "resource/default/key/other"'],
  ])('%s denies', (_what, rule) => {
    const { allowed, findings } = ask(`package policy\nimport rego.v1\n${rule}\n`)
    expect(allowed).toBe(false)
    expect(findings).toMatchObject([{ code: 'APPRAISAL_RESOURCE_POLICY_DENIED' }])
  })

  it('a policy without allow does not compile', () => {
    expect(() => ask('package policy\nhardware := 2\n')).toThrow(
      expect.objectContaining({ code: 'APPRAISAL_POLICY_RULES_MISSING' }),
    )
  })
})
