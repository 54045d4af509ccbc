/** The policies beside this package keep their own tests, and the two policies of the cloud guides mean what they say. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_CPU_POLICY, DEFAULT_DEVICE_POLICY } from '@veritee/appraisal/policy'
import { compilePolicy } from '@veritee/rego'
import { formatPolicy } from '@veritee/rego/format'
import { runTests } from '@veritee/rego/testing'
import { describe, expect, it } from 'vitest'
import { STRICT_POLICY } from '../../../testkit/guide-policies.ts'

const folder = join(import.meta.dirname, '..', 'policies')
const hostFunctions = { query_reference_value: 1 }

describe.each([
  ['cpu', DEFAULT_CPU_POLICY],
  ['device', DEFAULT_DEVICE_POLICY],
])('the default policy of %s', (kind, exported) => {
  const own = join(folder, kind)
  const files = readdirSync(own).map((name) => ({ file: name, text: readFileSync(join(own, name), 'utf8') }))
  const report = runTests(compilePolicy(files, { hostFunctions }), { coverage: true })

  it.each(report.results.map(({ name, outcome }) => [name, outcome]))('%s', (_name, outcome) => {
    expect(outcome).toBe('passed')
  })

  it('every row is reached', () => {
    expect(report.passed).toBeGreaterThan(6)
    expect(Object.entries(report.coverage!.files).filter(([, { percent }]) => percent < 100)).toEqual([])
  })

  it.each(files.map(({ file, text }) => [file, text]))('%s is formatted', (file, text) => {
    expect(formatPolicy(text, file)).toBe(text)
  })

  it('is what the package exports', () => {
    expect(files.find(({ file }) => file === `default_${kind}.rego`)?.text).toBe(exported)
  })
})

const PERMISSIVE = `package policy

default allow := true
`

describe("the printed policies, in the older dialect and in today's", () => {
  const input = { 'tdx.measurement.kernel.SHA-384': 'aa', 'tdx.measurement.initrd.SHA-384': 'bb', 'tdx.tee': 'tdx' }
  const allow = (text: string, reference: object, version: 'v0' | 'v1' = 'v0') =>
    compilePolicy([{ file: 'default.rego', text }], { version }).evaluateRule('data.policy.allow', {
      input,
      data: { reference },
    }).value

  it.each<[string, object, boolean]>([
    [
      'every reference met, by value and in a list',
      { 'measurement.kernel.SHA-384': ['zz', 'aa'], 'measurement.initrd.SHA-384': 'bb' },
      true,
    ],
    ['one value differs', { 'measurement.kernel.SHA-384': ['zz'], 'measurement.initrd.SHA-384': 'bb' }, false],
    ['one name has no claim', { 'measurement.grub.SHA-384': ['aa'] }, false],
    ['an empty list passes where a claim has the name', { 'measurement.kernel.SHA-384': [] }, true],
  ])('strict: %s', (_what, reference, allowed) => {
    expect(allow(STRICT_POLICY, reference)).toBe(allowed)
    expect(allow(STRICT_POLICY, reference, 'v1')).toBe(allowed)
  })

  it('strict: by itself, an empty reference set is met by everything', () => {
    expect(allow(STRICT_POLICY, {})).toBe(true)
  })

  it('permissive: always', () => {
    expect(allow(PERMISSIVE, { 'measurement.kernel.SHA-384': ['zz'] })).toBe(true)
  })
})
