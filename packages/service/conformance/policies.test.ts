/** Policies of the service over HTTP: versions, files, kinds, roles and scopes. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { verifyAuditChain } from '../src/audit/index.ts'
import { createSite, startService } from './fixture.ts'
import { ALLOW, BROKEN, DENY, type PolicyHouse, STRICT, startPolicyHouse } from './policy-fixture.ts'

const base64url = (text: string) => Buffer.from(text).toString('base64url')
const versionsOf = async (house: PolicyHouse, id: string) => {
  const { body } = await house.call('GET', `/api/v1/policies/${id}/versions`)
  return body['items'] as unknown as { version: number; by: string; active: boolean; restores?: number }[]
}

describe('versions', () => {
  test('a draft is kept and not in force, activation brings it in, with who and why', async () => {
    const house = await startPolicyHouse()
    const draft = await house.put('default', DENY, { activate: false })
    expect(draft).toMatchObject({ status: 200, etag: '"1"', body: { version: 1, by: 'ada', reason: 'a reason' } })
    expect((await house.attest()).status).toBe(200)
    expect((await house.call('GET', '/api/v1/policies/default')).body).not.toHaveProperty('activeVersion')
    const activated = await house.call('POST', '/api/v1/policies/default/versions/1/activate', { reason: 'now' })
    expect(activated.body).toMatchObject({ activeVersion: 1, latestVersion: 1 })
    const { status, body } = await house.attest()
    expect([status, body['code'], body['reason']]).toEqual([401, 'BROKER_EVIDENCE_REFUSED', 'policy'])
  })

  test('a text that decides nothing or does not compile is refused with its place', async () => {
    const house = await startPolicyHouse()
    expect(await house.put('default', BROKEN)).toMatchObject({
      status: 400,
      body: { code: 'APPRAISAL_POLICY_TEXT_INVALID', path: expect.stringContaining('default.rego:2') },
    })
    expect((await house.put('default', 'package policy\nx := 1\n')).body['code']).toBe('APPRAISAL_POLICY_RULES_MISSING')
    expect((await house.put('no.dots', ALLOW)).body['code']).toBe('APPRAISAL_POLICY_ID_INVALID')
    expect((await house.call('GET', '/api/v1/policies')).body['items']).toEqual([])
  })

  test('a roll back brings back what was in force before, not a draft, as a new version', async () => {
    const house = await startPolicyHouse()
    await house.put('default', STRICT)
    await house.put('default', ALLOW, { activate: false })
    await house.put('default', DENY)
    const back = await house.call('POST', '/api/v1/policies/default/rollback', { reason: 'too strict' })
    expect(back.body).toMatchObject({ version: 4, restores: 1, text: STRICT, reason: 'too strict' })
    const named = await house.call('POST', '/api/v1/policies/default/rollback', { reason: 'again', version: 3 })
    expect(named.body).toMatchObject({ version: 5, restores: 3, text: DENY })
    expect((await versionsOf(house, 'default')).map(({ version, active }) => [version, active])).toEqual([
      [5, true],
      [4, false],
      [3, false],
      [2, false],
      [1, false],
    ])
  })

  test('SERVICE_POLICY_VERSION_UNKNOWN: nothing before the first, and no such number', async () => {
    const house = await startPolicyHouse()
    await house.put('default', ALLOW)
    const code = async (method: string, path: string, body?: object) =>
      (await house.call(method, `/api/v1/policies/default${path}`, body)).body['code']
    expect(await code('POST', '/rollback', { reason: 'r' })).toBe('SERVICE_POLICY_VERSION_UNKNOWN')
    expect(await code('POST', '/versions/9/activate', { reason: 'r' })).toBe('SERVICE_POLICY_VERSION_UNKNOWN')
    for (const version of ['9', '0', '-1', '1e0', 'x', '99999999999999999999'])
      expect(await code('GET', `/versions/${version}`)).toBe('SERVICE_POLICY_VERSION_UNKNOWN')
  })

  test('SERVICE_POLICY_OUTDATED: a text written against another version', async () => {
    const house = await startPolicyHouse()
    expect((await house.put('default', ALLOW, {}, { 'if-match': '"0"' })).status).toBe(200)
    expect(await house.put('default', DENY, {}, { 'if-match': '"0"' })).toMatchObject({
      status: 412,
      body: { code: 'SERVICE_POLICY_OUTDATED', expected: 1, actual: 0 },
    })
    const both = await Promise.all([
      house.put('default', DENY, {}, { 'if-match': '"1"' }),
      house.put('default', STRICT, {}, { 'if-match': '"1"' }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412])
    expect((await house.put('default', DENY, {}, { 'if-match': 'W/"2"' })).body['code']).toBe('SERVICE_REQUEST_INVALID')
  })

  test('many at once: every one is kept, in versions without gaps', async () => {
    const house = await startPolicyHouse()
    house.writeFile('default', DENY)
    const texts = Array.from({ length: 12 }, (_, index) => `${ALLOW}# ${index}\n`)
    const made = await Promise.all(texts.map((text) => house.put('default', text)))
    expect(made.map(({ body }) => Number(body['version'])).sort((a, b) => a - b)).toEqual(texts.map((_, i) => i + 2))
    const { body } = await house.call('GET', '/api/v1/policies/default')
    expect(body['activeVersion']).toBe(13)
    expect(house.readFile('default')).toBe(body['text'])
    expect(await versionsOf(house, 'default')).toHaveLength(13)
  })

  test('SERVICE_POLICY_UNKNOWN and SERVICE_POLICY_KEPT: what can be deleted; versions stay', async () => {
    const house = await startPolicyHouse()
    const remove = async (id: string) => (await house.call('DELETE', `/api/v1/policies/${id}`)).body['code']
    expect(await remove('strict')).toBe('SERVICE_POLICY_UNKNOWN')
    await house.put('strict', STRICT)
    await house.put('default', ALLOW)
    house.writeFile('filed', ALLOW)
    expect(await remove('default')).toBe('SERVICE_POLICY_KEPT')
    expect(await remove('filed')).toBe('SERVICE_POLICY_KEPT')
    expect((await house.call('DELETE', '/api/v1/policies/strict')).status).toBe(200)
    expect(await remove('strict')).toBe('SERVICE_POLICY_UNKNOWN')
    expect(await versionsOf(house, 'strict')).toMatchObject([{ version: 1, active: false }])
    const back = await house.call('POST', '/api/v1/policies/strict/rollback', { reason: 'missed' })
    expect(back.body).toMatchObject({ version: 2, restores: 1 })
  })

  test('SERVICE_POLICY_CONFLICT: an id keeps its kind, and the two reserved ones have theirs', async () => {
    const house = await startPolicyHouse()
    await house.put('mine', ALLOW, { kind: 'resource' })
    house.writeFile('filed', BROKEN)
    for (const [id, kind] of [
      ['mine', 'attestation'],
      ['default', 'resource'],
      ['resource-policy', 'attestation'],
      ['filed', 'resource'],
    ] as const)
      expect([id, (await house.put(id, ALLOW, { kind })).body['code']]).toEqual([id, 'SERVICE_POLICY_CONFLICT'])
  })

  test('lists are paged, and say which are in force', async () => {
    const house = await startPolicyHouse()
    for (const id of ['c', 'a', 'b']) await house.put(id, ALLOW)
    await house.put('r', ALLOW, { kind: 'resource' })
    const first = await house.call('GET', '/api/v1/policies?limit=2&kind=attestation')
    expect(first.body['items']).toMatchObject([{ id: 'a', activeVersion: 1 }, { id: 'b' }])
    const second = await house.call('GET', `/api/v1/policies?limit=2&kind=attestation&cursor=${first.body['next']}`)
    expect(second.body).toMatchObject({ items: [{ id: 'c' }], next: null })
    const back = await house.call('GET', `/api/v1/policies?limit=2&kind=attestation&cursor=${second.body['prev']}`)
    expect(back.body['items']).toEqual(first.body['items'])
  })

  test('every change stands in the audit log with who, why and the digest; a refused one too', async () => {
    const house = await startPolicyHouse()
    const { body } = await house.put('default', STRICT)
    await house.put('default', DENY, {}, { 'if-match': '"7"' })
    await house.call('POST', '/api/v1/policies/default/versions/1/activate', { reason: 'again' })
    house.writeFile('default', ALLOW)
    await house.attest()
    const entries = await house.auditEntries()
    expect(await verifyAuditChain(entries)).toMatchObject({ intact: true })
    const changes = entries.filter(({ action }) => action === 'policies.write')
    expect(changes).toMatchObject([
      {
        object: 'default',
        outcome: 'done',
        reason: 'a reason',
        actor: { kind: 'administrator', subject: 'ada' },
        detail: { change: 'set', version: 1, sha384: body['hash'], kind: 'attestation' },
      },
      { object: 'default', outcome: 'refused', code: 'SERVICE_POLICY_OUTDATED' },
      { object: 'default', outcome: 'done', reason: 'again', detail: { change: 'activate', version: 1 } },
      { object: 'default', outcome: 'done', actor: { kind: 'service' }, detail: { change: 'file', version: 2 } },
    ])
  })
})

describe('files', () => {
  test('a file is in force from the next request on, and each text of it is a version', async () => {
    const house = await startPolicyHouse()
    house.writeFile('default', DENY)
    expect((await house.attest()).body['code']).toBe('BROKER_EVIDENCE_REFUSED')
    house.writeFile('default', ALLOW)
    expect((await house.attest()).status).toBe(200)
    house.writeFile('default', DENY)
    expect((await house.attest()).body['code']).toBe('BROKER_EVIDENCE_REFUSED')
    expect((await versionsOf(house, 'default')).map(({ by }) => by)).toEqual(
      Array.from({ length: 3 }, () => expect.stringMatching(/^file .*default\.rego$/)),
    )
  })

  test.each([
    ['does not compile', (house: PolicyHouse) => house.writeFile('default', BROKEN)],
    ['decides nothing', (house: PolicyHouse) => house.writeFile('default', 'package policy\n')],
    ['is no UTF-8', (house: PolicyHouse) => writeFileSync(join(house.folder, 'default.rego'), Uint8Array.of(0xff))],
    ['is a directory', (house: PolicyHouse) => mkdirSync(join(house.folder, 'default.rego'))],
    ['is far too large', (house: PolicyHouse) => house.writeFile('default', `${ALLOW}${'#'.repeat(5 << 20)}`)],
  ])('SERVICE_POLICY_FILE: a file that %s refuses everything', async (_, spoil) => {
    const house = await startPolicyHouse()
    spoil(house)
    const { status, body } = await house.attest()
    expect([status, body['code']]).toEqual([503, 'SERVICE_POLICY_FILE'])
    expect(body['detail']).toContain('default.rego cannot be used')
    expect(body['detail']).not.toContain(house.folder)
    expect((await house.call('GET', '/api/v1/policies/default')).body['code']).toBe('SERVICE_POLICY_FILE')
  })

  test('SERVICE_POLICY_FILE: a good file that goes bad does not leave the old text in force', async () => {
    const house = await startPolicyHouse()
    house.writeFile('default', ALLOW)
    expect((await house.attest()).status).toBe(200)
    house.writeFile('default', BROKEN)
    expect((await house.attest()).body['code']).toBe('SERVICE_POLICY_FILE')
    // A text through the API writes it over.
    expect((await house.put('default', STRICT)).status).toBe(200)
    expect(house.readFile('default')).toBe(STRICT)
    expect((await house.attest()).status).toBe(200)
  })

  test('a change through the API changes the file, and an edit by hand is a version before it', async () => {
    const house = await startPolicyHouse()
    house.writeFile('default', ALLOW)
    await house.attest()
    house.writeFile('default', STRICT)
    await house.put('default', DENY)
    expect(house.readFile('default')).toBe(DENY)
    await house.call('POST', '/api/v1/policies/default/versions/2/activate', { reason: 'r' })
    expect(house.readFile('default')).toBe(STRICT)
    await house.call('POST', '/api/v1/policies/default/rollback', { reason: 'r' })
    expect(house.readFile('default')).toBe(DENY)
    expect((await versionsOf(house, 'default')).map(({ version }) => version)).toEqual([4, 3, 2, 1])
  })

  test('right after a change an earlier text in the file is one that came late; a new text, or a later one, is an edit', async () => {
    const house = await startPolicyHouse()
    house.writeFile('default', ALLOW)
    await house.attest()
    await house.put('default', STRICT)
    await house.put('default', DENY)
    house.writeFile('default', ALLOW)
    expect((await house.attest()).body['code']).toBe('BROKER_EVIDENCE_REFUSED')
    expect(house.readFile('default')).toBe(DENY)
    house.writeFile('default', `${ALLOW}# new\n`)
    expect((await house.attest()).status).toBe(200)
    await house.put('default', DENY)
    house.clock.now += 3
    house.writeFile('default', ALLOW)
    expect((await house.attest()).status).toBe(200)
  })

  test('a file that is taken away leaves its text in force, and the policy can be deleted then', async () => {
    const house = await startPolicyHouse()
    house.writeFile('extra', DENY)
    expect((await house.call('GET', '/api/v1/policies/extra')).body).toMatchObject({ text: DENY, activeVersion: 1 })
    rmSync(join(house.folder, 'extra.rego'))
    expect((await house.call('GET', '/api/v1/policies/extra')).body).toMatchObject({ text: DENY, activeVersion: 1 })
    expect((await house.call('DELETE', '/api/v1/policies/extra')).status).toBe(200)
  })

  test('the resource policy has a file of its own, wherever it stands', async () => {
    const site = createSite()
    const resourceFile = site.write('policy.rego', DENY)
    const house = await startPolicyHouse({ policies: { resourceFile } }, site)
    await house.putSecret('default/key/disk', 'secret')
    const { client } = await house.attest()
    expect(await (await client.resource('default/key/disk')).json()).toMatchObject({ code: 'BROKER_RESOURCE_DENIED' })
    site.write('policy.rego', ALLOW)
    expect((await client.resource('default/key/disk')).status).toBe(200)
    site.write('policy.rego', BROKEN)
    expect(await (await client.resource('default/key/disk')).json()).toMatchObject({ code: 'SERVICE_POLICY_FILE' })
  })
})

describe('replicas', () => {
  /** Two services on one store, each with a data directory and a folder of its own. */
  async function startPair() {
    const site = createSite()
    const share = {
      keys: join(site.dir, '..', 'keys'),
      store: { driver: 'sqlite', path: join(site.dir, '..', 'shared.db') },
    } as const
    mkdirSync(join(site.dir, '..', 'x'), { recursive: true })
    const open = (name: string) => startPolicyHouse({ ...share, dir: join(site.dir, '..', name) }, site)
    return { a: await open('a'), b: await open('b'), open }
  }

  test('a change at one is in force at the other with the next request', async () => {
    const { a, b } = await startPair()
    await a.put('default', DENY)
    expect((await b.attest()).body['code']).toBe('BROKER_EVIDENCE_REFUSED')
    await b.put('default', ALLOW)
    expect((await a.attest()).status).toBe(200)
  })

  test('a file at one replica does not bring back what was changed at the other, and follows it', async () => {
    const { a, b } = await startPair()
    a.writeFile('default', ALLOW)
    expect((await a.attest()).status).toBe(200)
    await b.put('default', DENY)
    expect((await a.attest()).body['code']).toBe('BROKER_EVIDENCE_REFUSED')
    expect(a.readFile('default')).toBe(DENY)
    expect((await b.attest()).body['code']).toBe('BROKER_EVIDENCE_REFUSED')
    expect(await versionsOf(a, 'default')).toHaveLength(2)
    // An edit by hand after that is an edit again, also back to the text from before.
    a.clock.now += 3
    a.writeFile('default', ALLOW)
    expect((await a.attest()).status).toBe(200)
    expect((await b.attest()).status).toBe(200)
    expect(await versionsOf(a, 'default')).toHaveLength(3)
  })

  test('a replica that was away finds that its file was overtaken', async () => {
    const { a, b, open } = await startPair()
    a.writeFile('default', ALLOW)
    await a.attest()
    await a.service.stop()
    b.clock.now = Math.floor(Date.now() / 1000) + 60
    await b.put('default', DENY)
    const again = await open('a')
    expect((await again.attest()).body['code']).toBe('BROKER_EVIDENCE_REFUSED')
    expect(again.readFile('default')).toBe(DENY)
  })

  test('two folders that say different things come to one, and not to versions without end', async () => {
    const { a, b } = await startPair()
    a.writeFile('default', ALLOW)
    b.writeFile('default', DENY)
    for (let round = 0; round < 4; round++) {
      await a.attest()
      await b.attest()
    }
    expect(await versionsOf(a, 'default')).toHaveLength(2)
    expect(a.readFile('default')).toBe(b.readFile('default'))
  })
})

describe('the paths of the key broker', () => {
  test.each(['/kbs/v0', '/api/kbs/v0'])(
    'set, read, list and delete in the words of existing clients: %s',
    async (base) => {
      const { call } = await startPolicyHouse()
      const set = (path: string, body: object) => call('POST', `${base}${path}`, body)
      expect(
        (await set('/attestation-policy', { type: 'rego', policy_id: 'default', policy: base64url(STRICT) })).text,
      ).toBe('')
      expect(
        (await set('/attestation-policy', { policy_id: 'second', policy: Buffer.from(DENY).toString('base64') }))
          .status,
      ).toBe(200)
      expect((await call('GET', `${base}/attestation-policy/default`)).text).toBe(base64url(STRICT))
      const listed = await call('GET', `${base}/attestation-policies`)
      expect(Object.keys(listed.body)).toEqual(['default', 'second'])
      expect(listed.body['default']).toMatch(/^[A-Za-z0-9_-]{64}$/)
      expect((await call('DELETE', `${base}/attestation-policy/second`)).status).toBe(200)
      expect((await call('GET', `${base}/attestation-policy/second`)).body['code']).toBe('SERVICE_POLICY_UNKNOWN')
      expect((await set('/resource-policy', { policy: base64url(ALLOW) })).status).toBe(200)
      expect((await call('GET', `${base}/resource-policy`)).text).toBe(base64url(ALLOW))
      expect((await call('GET', `${base}/resource-policy?format=list`)).body).toEqual(['resource-policy'])
    },
  )

  test.each([
    ['SERVICE_REQUEST_INVALID', { policy_id: 'x', policy: '***' }],
    ['SERVICE_REQUEST_INVALID', { policy_id: 'x' }],
    ['SERVICE_REQUEST_INVALID', { policyId: 'x', policy: base64url(ALLOW) }],
    ['SERVICE_REQUEST_INVALID', `{"policy_id":"a","policy_id":"b","policy":"${base64url(ALLOW)}"}`],
    ['APPRAISAL_POLICY_ID_INVALID', { policy_id: '', policy: base64url(ALLOW) }],
    ['APPRAISAL_POLICY_ID_INVALID', { policy_id: '../../etc/x', policy: base64url(ALLOW) }],
    ['APPRAISAL_POLICY_ID_INVALID', { policy_id: 'é', policy: base64url(ALLOW) }],
    ['APPRAISAL_POLICY_TEXT_INVALID', { policy_id: 'x', policy: base64url(BROKEN) }],
  ])('%s: %j', async (code, body) => {
    const { call } = await startPolicyHouse()
    expect((await call('POST', '/kbs/v0/attestation-policy', body)).body['code']).toBe(code)
  })

  test.each([
    ['POST', '/kbs/v0/resource-policy'],
    ['GET', '/kbs/v0/resource-policy'],
    ['POST', '/kbs/v0/attestation-policy'],
    ['GET', '/kbs/v0/attestation-policies'],
    ['GET', '/kbs/v0/attestation-policy/default'],
    ['DELETE', '/kbs/v0/attestation-policy/default'],
    ['GET', '/api/v1/policies'],
    ['POST', '/api/v1/policies/default/versions'],
    ['POST', '/api/v1/policies/default/rollback'],
    ['POST', '/api/v1/policies/default/dry-run'],
    ['DELETE', '/api/v1/policies/default'],
  ])('%s %s is for administrators', async (method, path) => {
    const { url } = await startService(createSite())
    const response = await fetch(url + path, { method })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ code: 'SERVICE_ADMIN_TOKEN_MISSING' })
  })

  test('openOnLoopback opens attestation policies on this machine, and not the resource policy; a bad token is still refused', async () => {
    const { url, service } = await startService(createSite(), { policies: { openOnLoopback: true } })
    const post = (path: string, headers: Record<string, string> = {}) =>
      fetch(url + path, { method: 'POST', headers, body: JSON.stringify({ policy_id: 'x', policy: base64url(ALLOW) }) })
    expect(service.notices.join()).toContain('policies.openOnLoopback')
    expect((await post('/kbs/v0/attestation-policy')).status).toBe(200)
    expect((await post('/kbs/v0/attestation-policy', { authorization: 'Bearer x.y.z' })).status).toBe(401)
    expect((await post('/kbs/v0/resource-policy')).status).toBe(401)
    // A page in a browser of this machine is no program of it.
    expect((await post('/kbs/v0/attestation-policy', { origin: 'https://example.org' })).status).toBe(401)
    expect((await post('/kbs/v0/attestation-policy', { 'sec-fetch-site': 'cross-site' })).status).toBe(401)
    // Nor is whom a proxy on it speaks for.
    expect((await post('/kbs/v0/attestation-policy', { 'x-forwarded-for': '127.0.0.1' })).status).toBe(401)
    const rebound = await new Promise((resolve) => {
      request(`${url}/kbs/v0/attestation-policies`, { headers: { host: 'example.org' } }, ({ statusCode }) =>
        resolve(statusCode),
      ).end()
    })
    expect(rebound).toBe(401)
  })
})

describe('roles and scopes', () => {
  test('SERVICE_ACCESS_DENIED: a reader reads; an author writes; a secret writer does neither', async () => {
    const house = await startPolicyHouse()
    await house.put('default', ALLOW)
    const body = { text: STRICT, reason: 'r' }
    const reader = await house.register('reader')
    expect((await reader('GET', '/api/v1/policies/default')).body['text']).toBe(ALLOW)
    expect((await reader('POST', '/api/v1/policies/default/versions', body)).body['code']).toBe('SERVICE_ACCESS_DENIED')
    expect((await reader('POST', '/kbs/v0/attestation-policy', {})).body['code']).toBe('SERVICE_ACCESS_DENIED')
    const writer = await house.register('secret-writer')
    expect((await writer('GET', '/api/v1/policies')).body['code']).toBe('SERVICE_ACCESS_DENIED')
    const author = await house.register('policy-author')
    expect((await author('POST', '/api/v1/policies/default/versions', body)).status).toBe(200)
  })

  test('SERVICE_ACCESS_SCOPE: a key with scopes changes resource policies within them, and nothing else', async () => {
    const house = await startPolicyHouse()
    await house.put('everywhere', ALLOW, { kind: 'resource' })
    await house.put('theirs', ALLOW, { kind: 'resource', scopes: ['team-b'] })
    await house.put('default', ALLOW)
    const author = await house.register('policy-author', ['team-a', 'resource-policy', 'default'])
    const put = (id: string, more: object) =>
      author('POST', `/api/v1/policies/${id}/versions`, { text: DENY, reason: 'r', activate: true, ...more })
    const own = { kind: 'resource', scopes: ['team-a/key'] }
    expect((await put('ours', own)).status).toBe(200)
    expect((await put('ours', { kind: 'resource' })).body).toMatchObject({ version: 2 })
    for (const [id, more] of [
      ['ours', { kind: 'resource', scopes: ['*'] }],
      ['ours', { kind: 'resource', scopes: ['team-a', 'team-b'] }],
      ['new', { kind: 'resource' }],
      ['theirs', own],
      ['everywhere', own],
      ['fresh', {}],
      ['default', {}],
    ] as const)
      expect([id, (await put(id, more)).body['code']]).toEqual([id, 'SERVICE_ACCESS_SCOPE'])
    const code = async (method: string, path: string, body?: object) => (await author(method, path, body)).body['code']
    expect(await code('DELETE', '/api/v1/policies/theirs')).toBe('SERVICE_ACCESS_SCOPE')
    expect(await code('POST', '/api/v1/policies/theirs/rollback', { reason: 'r', version: 1 })).toBe(
      'SERVICE_ACCESS_SCOPE',
    )
    expect(await code('POST', '/api/v1/policies/everywhere/versions/1/activate', { reason: 'r' })).toBe(
      'SERVICE_ACCESS_SCOPE',
    )
    // A scope that is spelled like the id of a policy opens nothing.
    expect(await code('POST', '/kbs/v0/resource-policy', { policy: base64url(DENY) })).toBe('SERVICE_ACCESS_SCOPE')
    expect(await code('POST', '/kbs/v0/attestation-policy', { policy: base64url(DENY) })).toBe('SERVICE_ACCESS_SCOPE')
    expect(await code('DELETE', '/kbs/v0/attestation-policy/default')).toBe('SERVICE_ACCESS_SCOPE')
    const { body } = await author('GET', '/api/v1/policies')
    expect((body['items'] as unknown as { id: string }[]).map(({ id }) => id)).toEqual([
      'default',
      'everywhere',
      'ours',
    ])
    expect(await code('GET', '/api/v1/policies/theirs')).toBe('SERVICE_POLICY_UNKNOWN')
    expect((await house.call('GET', '/api/v1/policies/everywhere')).body['text']).toBe(ALLOW)
  })

  test('a policy that is widened while its author writes is left as it is', async () => {
    const house = await startPolicyHouse()
    const author = await house.register('policy-author', ['team-a'])
    await house.put('ours', ALLOW, { kind: 'resource', scopes: ['team-a'] })
    const write = { kind: 'resource', text: DENY, reason: 'r', activate: true }
    const [widened, written] = await Promise.all([
      house.put('ours', STRICT, { kind: 'resource', scopes: ['*'] }),
      author('POST', '/api/v1/policies/ours/versions', write),
    ])
    const { body } = await house.call('GET', '/api/v1/policies/ours')
    expect(widened.status).toBe(200)
    expect(body).toMatchObject({ scopes: ['*'], text: STRICT })
    // Either it came first and was written over, or it was refused.
    const came = written.status === 200 ? written.body['version'] : written.body['code']
    expect(['SERVICE_ACCESS_SCOPE', 2]).toContain(came)
  })
})
