/** What policies in force do to attestations and releases: both styles, references, scopes. */
import { describe, expect, test } from 'vitest'
import { BOOT, createBootedGuest, referencesOf } from '../../../testkit/booted-guest.ts'
import { STRICT_POLICY } from '../../../testkit/guide-policies.ts'
import { createGuest, world } from './fixture.ts'
import {
  ALLOW,
  DEBUG,
  DENY,
  GRADED,
  grade,
  readMrTd as mrTd,
  registerReferences,
  STRICT,
  startPolicyHouse,
  submodOf,
} from './policy-fixture.ts'

const CLAIMS = `package policy
import rego.v1
default debug := true
debug := input.tdx.td_attributes.debug
trust_claims := {"hardware": 2, "executables": 3, "instance-identity": 2} if not debug
extensions := [{"name": "example.size", "key": -70001, "value": {"mr_td": input.tdx.quote.body.mr_td}}]
`
describe('attestation policies', () => {
  test('without one the expectations of the service judge alone', async () => {
    const house = await startPolicyHouse()
    const { status, body } = await house.attest()
    expect(status).toBe(200)
    expect(submodOf(body)).toMatchObject({ 'ear.status': 'affirming', 'ear.appraisal-policy-id': 'default' })
  })

  test('`allow` gives the token or refuses it, and says which claim is in the way', async () => {
    const house = await startPolicyHouse({ expect: undefined })
    await house.put('default', STRICT)
    const allowed = await house.attest()
    expect(submodOf(allowed.body)).toMatchObject({ 'ear.status': 'affirming' })
    await house.put('default', STRICT.replace('debug == false', 'perfmon == true'))
    const { status, body } = await house.attest()
    expect(status).toBe(401)
    expect(body).toMatchObject({
      code: 'BROKER_EVIDENCE_REFUSED',
      reason: 'policy',
      findings: [{ code: 'APPRAISAL_POLICY_REFUSED', path: 'input.tdx.td_attributes.perfmon', actual: false }],
    })
  })

  test('the policy of the guides takes the printed references of an image, and refuses while there are none', async () => {
    const house = await startPolicyHouse({ expect: undefined })
    await house.put('default', STRICT_POLICY)
    const guest = createBootedGuest(world)
    expect((await house.attest(guest)).body['code']).toBe('BROKER_EVIDENCE_REFUSED')
    await registerReferences(house, referencesOf(BOOT))
    expect((await house.attest(guest)).status).toBe(200)
    const other = createBootedGuest(world, { ...BOOT, kernel: 'another kernel' })
    expect((await house.attest(other)).body['findings']).toMatchObject([
      { code: 'APPRAISAL_POLICY_REFERENCE_MISMATCH', path: expect.stringContaining('measurement.kernel.SHA-384') },
    ])
  })

  test('trust claims as rules grade: what is not registered is a warning, not a refusal, and releases nothing', async () => {
    const house = await startPolicyHouse({ expect: undefined })
    await house.putSecret('default/key/disk', 'secret')
    await house.put('default', GRADED)
    const warned = await house.attest()
    expect(submodOf(warned.body)).toMatchObject({
      'ear.status': 'warning',
      'ear.trustworthiness-vector': { configuration: 2, executables: 33, hardware: 2 },
    })
    expect((await warned.client.resource('default/key/disk')).status).toBe(403)
    await registerReferences(house, { mr_td: [await mrTd(house)] })
    const affirmed = await house.attest()
    expect(submodOf(affirmed.body)).toMatchObject({ 'ear.status': 'affirming' })
    expect(await affirmed.client.open(await affirmed.client.resource('default/key/disk'))).toBe('secret')
  })

  test('`trust_claims` and `extensions` go into the token', async () => {
    const house = await startPolicyHouse()
    await house.put('default', CLAIMS)
    const { body } = await house.attest()
    expect(submodOf(body)).toMatchObject({
      'ear.trustworthiness-vector': { hardware: 2, executables: 3, 'instance-identity': 2 },
      'example.size': { mr_td: await mrTd(house) },
      'veritee.policies': [{ id: 'default', status: 'affirming' }],
    })
  })

  test.each([
    [32, 'warning'],
    [31, 'affirming'],
    [-33, 'warning'],
    [-97, 'contraindicated'],
    [96, 'contraindicated'],
    [0, 'none'],
  ])('a claim of %i is %s', async (claim, status) => {
    const house = await startPolicyHouse()
    await house.put('default', grade(claim))
    expect(submodOf((await house.attest()).body)).toMatchObject({ 'ear.status': status })
  })

  test.each([
    ['APPRAISAL_POLICY_RESULT_INVALID', grade(128)],
    ['APPRAISAL_POLICY_RESULT_INVALID', 'package policy\ntrust_claims := {"firmware": 2}\n'],
    ['APPRAISAL_POLICY_RESULT_INVALID', 'package policy\nallow := "yes"\n'],
    [
      'APPRAISAL_POLICY_EVALUATION_FAILED',
      'package policy\nimport rego.v1\nallow if count([x | some x in numbers.range(1, 100000000)]) > 0\n',
    ],
    ['BROKER_EVIDENCE_REFUSED', 'package policy\nimport rego.v1\nallow if input.absent == true\n'],
  ])('%s: a policy that means nothing gives no token', async (code, text) => {
    const house = await startPolicyHouse()
    expect((await house.put('default', text)).status).toBe(200)
    const { status, body } = await house.attest()
    expect([status === 200, body['code']]).toEqual([false, code])
  })

  test('a policy is not asked about evidence that is refused anyhow', async () => {
    const house = await startPolicyHouse()
    await house.put('default', ALLOW)
    const { body } = await house.attest(createGuest(DEBUG))
    expect(body).toMatchObject({ code: 'BROKER_EVIDENCE_REFUSED' })
    expect(body['reason']).toBeUndefined()
  })

  test('the policy of a class comes before the one of all', async () => {
    const house = await startPolicyHouse()
    await house.put('default', DENY)
    await house.put('default_cpu', ALLOW)
    await house.put('default_gpu', DENY)
    expect((await house.attest()).status).toBe(200)
  })

  test('fallback = references: without a policy the reference values judge', async () => {
    const house = await startPolicyHouse({ policies: { fallback: 'references' } })
    expect(submodOf((await house.attest()).body)).toMatchObject({ 'ear.status': 'contraindicated' })
  })

  test('the attempt says which policies were asked, at which version', async () => {
    const house = await startPolicyHouse()
    await house.put('default', ALLOW)
    await house.put('default', DENY)
    await house.attest()
    const { body } = await house.call('GET', '/api/v1/attestations')
    expect(body['items']).toMatchObject([
      { outcome: 'refused', code: 'APPRAISAL_POLICY_REFUSED', policies: ['default@2'] },
    ])
  })
})

describe('resource policies', () => {
  const by = (path: string) =>
    `package policy\nimport rego.v1\ndefault allow := false\nallow if data["resource-path"] == "${path}"\n`

  test('the one whose scope names most of the path decides; all of those must allow', async () => {
    const house = await startPolicyHouse()
    for (const path of ['a/key/one', 'a/key/two', 'b/key/one']) await house.putSecret(path, path)
    const { client } = await house.attest()
    const released = async () => {
      const answers = await Promise.all(['a/key/one', 'a/key/two', 'b/key/one'].map((path) => client.resource(path)))
      return answers.map(({ status }) => status)
    }
    expect(await released()).toEqual([200, 200, 200])
    await house.put('all', DENY, { kind: 'resource' })
    expect(await released()).toEqual([403, 403, 403])
    await house.put('team', ALLOW, { kind: 'resource', scopes: ['a'] })
    expect(await released()).toEqual([200, 200, 403])
    await house.put('one', DENY, { kind: 'resource', scopes: ['a/key/one', 'b/key'] })
    expect(await released()).toEqual([403, 200, 403])
    await house.put('one-too', ALLOW, { kind: 'resource', scopes: ['a/key/one'] })
    expect(await released()).toEqual([403, 200, 403])
    await house.call('DELETE', '/api/v1/policies/one')
    expect(await released()).toEqual([200, 200, 403])
  })

  test('both ways to be given the path', async () => {
    const house = await startPolicyHouse()
    await house.putSecret('a/key/one', 'secret')
    const { client } = await house.attest()
    const status = async (text: string, shape?: string) => {
      await house.put('resource-policy', text, { kind: 'resource', ...(shape === undefined ? {} : { shape }) })
      return (await client.resource('a/key/one')).status
    }
    expect(await status(by('resource/a/key/one'))).toBe(200)
    expect(await status(by('a/key/one'))).toBe(403)
    const segments =
      'package policy\nimport rego.v1\ndefault allow := false\nallow if {\n  data.plugin == "resource"\n  data["resource-path"] == ["a", "key", "one"]\n}\n'
    expect(await status(segments)).toBe(200)
    const hidden = 'package policy\nimport rego.v1\npath := data["resource-path"]\nallow if path[0] == "a"\n'
    expect(await status(hidden, 'segments')).toBe(200)
  })

  test('a policy that cannot be evaluated releases nothing', async () => {
    const house = await startPolicyHouse()
    await house.putSecret('a/key/one', 'secret')
    const { client } = await house.attest()
    await house.put(
      'resource-policy',
      'package policy\nimport rego.v1\nallow if count([x | some x in numbers.range(1, 100000000)]) > 0\n',
      { kind: 'resource' },
    )
    const response = await client.resource('a/key/one')
    expect([response.status, await response.json()]).toMatchObject([
      422,
      { code: 'APPRAISAL_POLICY_EVALUATION_FAILED' },
    ])
  })

  test('a refusal says which claim of the token is in the way', async () => {
    const house = await startPolicyHouse()
    await house.putSecret('a/key/one', 'secret')
    await house.put(
      'resource-policy',
      'package policy\nimport rego.v1\ndefault allow := false\nallow if input.submods.cpu0["ear.status"] == "none"\n',
      { kind: 'resource' },
    )
    const { client } = await house.attest()
    expect(await (await client.resource('a/key/one')).json()).toMatchObject({
      code: 'BROKER_RESOURCE_DENIED',
      findings: [{ code: 'APPRAISAL_RESOURCE_POLICY_DENIED', actual: 'affirming' }],
    })
  })
})
