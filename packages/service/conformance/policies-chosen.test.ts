/** Attestation policies that whoever asks chooses: for a token at all, and for secrets. */
import { expect, test } from 'vitest'
import { KEY, requestOf, structuredPiece } from './attestation-fixture.ts'
import { createGuest, HandClient, readProblem } from './fixture.ts'
import { ALLOW, DENY, grade, startPolicyHouse, submodOf } from './policy-fixture.ts'

const PATH = 'default/key/disk'
const AFFIRMING = grade(2)

async function openHouse(policies?: string[]) {
  const house = await startPolicyHouse(policies === undefined ? {} : { release: { policies } })
  await house.putSecret(PATH, 'secret')
  await house.put('lab', ALLOW)
  await house.put('strict', AFFIRMING)
  const choose = async (id: unknown) => {
    const client = new HandClient(house.url)
    return { client, opened: await client.auth({ version: '0.4.0', tee: 'tdx', 'extra-params': { id } }) }
  }
  /** A token of the attestation service under these policies, sent for the secret. */
  const ask = async (ids: string[]) => {
    const request = requestOf([await structuredPiece({ nonce: 'n', 'tee-pubkey': KEY })], ids)
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request) }
    const token = await (await fetch(`${house.url}/api/as/attestation`, init)).text()
    return fetch(`${house.url}/kbs/v0/resource/${PATH}`, { headers: { attestation: token } })
  }
  return { house, choose, ask }
}

test('a policy that the operator named is asked in the place of `default`, and opens secrets', async () => {
  const { house, choose } = await openHouse(['default', 'strict'])
  await house.put('default', DENY)
  const { client, opened } = await choose('strict')
  expect(opened.status).toBe(200)
  const attested = await client.attestAs(createGuest())
  const body = (await attested.json()) as Record<string, never>
  expect(submodOf(body)).toMatchObject({ 'ear.appraisal-policy-id': 'strict' })
  expect(await client.open(await client.resource(PATH))).toBe('secret')
  // Nobody chose: `default` is asked.
  expect((await house.attest()).status).toBe(401)
})

test('BROKER_POLICY_UNKNOWN: a policy in force that the operator did not name', async () => {
  const { choose } = await openHouse()
  for (const id of ['lab', 'nothing']) {
    const { opened } = await choose(id)
    expect(opened.status).toBe(400)
    expect(opened.headers.get('set-cookie')).toBeNull()
    expect(await readProblem(opened)).toMatchObject({ code: 'BROKER_POLICY_UNKNOWN', path: 'extra-params.id' })
  }
  expect((await choose('default')).opened.status).toBe(200)
})

test('SERVICE_RELEASE_POLICY_OTHER: a token under another policy opens no secret, however it was graded', async () => {
  const { house, ask } = await openHouse()
  const refused = await ask(['lab'])
  expect(refused.status).toBe(403)
  const { findings } = (await readProblem(refused)) as { findings?: unknown }
  expect(findings).toMatchObject([{ code: 'SERVICE_RELEASE_POLICY_OTHER', expected: ['default'], actual: ['lab'] }])
  await house.put('default', AFFIRMING)
  // Both must allow, so `default` stands behind this one too.
  for (const ids of [[], ['default'], ['lab', 'default']]) expect([ids, (await ask(ids)).status]).toEqual([ids, 200])
})

test('a resource policy does not undo it', async () => {
  const { house, ask } = await openHouse()
  await house.put('open', ALLOW, { kind: 'resource', scopes: ['default'] })
  expect((await ask(['lab'])).status).toBe(403)
  expect((await ask(['default'])).status).toBe(200)
})

test.each(['simple', 'oidc'] as const)('%s tokens name their policies too', async (kind) => {
  const house = await startPolicyHouse({ token: { kind } })
  await house.putSecret(PATH, 'secret')
  await house.put('lab', ALLOW)
  const status = async (ids: string[]) => {
    const request = requestOf([await structuredPiece({ nonce: 'n', 'tee-pubkey': KEY })], ids)
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request) }
    const token = await (await fetch(`${house.url}/api/as/attestation`, init)).text()
    return (await fetch(`${house.url}/kbs/v0/resource/${PATH}`, { headers: { attestation: token } })).status
  }
  expect([await status(['lab']), await status([])]).toEqual([403, 200])
})
