import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { jwtVerify, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { createAdminToken, identifyAdminKey } from '../src/admin/index.ts'
import { type AuditEntry, verifyAuditChain } from '../src/audit/index.ts'
import type { ServiceConfigInput } from '../src/index.ts'
import { createGuest, createSite, HandClient, NOW, type Running, readProblem, startService } from './fixture.ts'

const PATH = 'default/key/disk'

/** A client of our own API that signs with one key. */
function asKey(running: Running, privateKey: KeyObject | string) {
  const pem =
    typeof privateKey === 'string' ? privateKey : (privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
  return async (method: string, path: string, body?: unknown): Promise<Response> => {
    const token = await createAdminToken(pem, { now: running.clock.now })
    const headers = { authorization: `Bearer ${token}` }
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return fetch(running.url + path, body === undefined ? { method, headers } : { method, headers, body: text })
  }
}

async function start(over: Partial<ServiceConfigInput> = {}) {
  const site = createSite()
  const running = await startService(site, over)
  const admin = asKey(running, readFileSync(running.service.adminKey.path, 'utf8'))
  const register = async (role: string, scopes?: string[], more: object = {}) => {
    const pair = generateKeyPairSync('ed25519')
    const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' })
    const response = await admin('POST', '/api/v1/access/keys', {
      name: role,
      role,
      publicKey,
      ...(scopes ? { scopes } : {}),
      ...more,
    })
    expect(response.status).toBe(200)
    const { id } = (await response.json()) as { id: string }
    return { id, pair, call: asKey(running, pair.privateKey) }
  }
  const attest = async (values = {}) => {
    const client = new HandClient(running.url)
    await client.auth()
    return { client, response: await client.attestAs(createGuest(values)) }
  }
  const auditLines = async () =>
    (await (await admin('GET', '/api/v1/audit/export')).text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEntry)
  return { ...running, site, admin, register, attest, auditLines }
}

const json = async (response: Promise<Response>) => (await (await response).json()) as Record<string, never>

describe('roles and scopes', () => {
  test('the first admin key may do everything, and says so', async () => {
    const { admin } = await start()
    expect(await json(admin('GET', '/api/v1/me'))).toMatchObject({
      name: 'admin',
      role: 'admin',
      scopes: ['*'],
      permissions: expect.arrayContaining(['access:write', 'keys:rotate', 'secrets:write']),
    })
    expect(await json(admin('GET', '/api/v1/access/roles'))).toMatchObject({ items: expect.any(Array) })
  })

  // Rows are roles, columns are what each may do; everything not named is refused.
  const MATRIX: Record<string, string[]> = {
    'policy-author': ['attestations', 'references'],
    'secret-writer': ['write', 'list'],
    auditor: ['list', 'attestations', 'audit', 'access', 'keys', 'references'],
    reader: ['attestations', 'references'],
  }
  test.each(Object.entries(MATRIX))('SERVICE_ACCESS_DENIED: %s may do %j and nothing else', async (role, allowed) => {
    const { register } = await start()
    const { call } = await register(role)
    const acts: Record<string, [string, string, string?]> = {
      write: ['POST', `/kbs/v0/resource/${PATH}`, 'x'],
      list: ['GET', '/kbs/v0/resources'],
      attestations: ['GET', '/api/v1/attestations'],
      references: ['GET', '/api/v1/references'],
      audit: ['GET', '/api/v1/audit'],
      access: ['GET', '/api/v1/access/keys'],
      keys: ['GET', '/api/v1/keys'],
      rotate: ['POST', '/api/v1/keys/token/rotate'],
      register: ['POST', '/api/v1/access/keys', '{}'],
      remove: ['DELETE', '/api/v1/access/keys/x'],
    }
    for (const [act, [method, path, body]] of Object.entries(acts)) {
      const response = await call(method, path, body)
      if (allowed.includes(act)) expect(response.status, act).toBe(200)
      else {
        expect(response.status, act).toBe(403)
        expect(await readProblem(response), act).toMatchObject({ code: 'SERVICE_ACCESS_DENIED', actual: role })
      }
    }
  })

  test('SERVICE_ACCESS_SCOPE: a writer of one team writes, sees and deletes nothing of another', async () => {
    const { admin, register } = await start()
    await admin('POST', '/kbs/v0/resource/team-b/key/disk', 'b')
    await admin('POST', '/kbs/v0/resource/team-ab/key/disk', 'ab')
    const { call } = await register('secret-writer', ['team-a', 'shared/key/one'])
    expect((await call('POST', '/kbs/v0/resource/team-a/key/disk', 'a')).status).toBe(200)
    expect((await call('POST', '/kbs/v0/resource/shared/key/one', 'a')).status).toBe(200)
    for (const [method, path] of [
      ['POST', 'team-b/key/disk'],
      ['DELETE', 'team-b/key/disk'],
      ['POST', 'team-ab/key/disk'],
      ['POST', 'shared/key/two'],
    ] as const) {
      const response = await call(method, `/kbs/v0/resource/${path}`, method === 'POST' ? 'x' : undefined)
      expect(await readProblem(response)).toMatchObject({ code: 'SERVICE_ACCESS_SCOPE', path })
    }
    const seen = (await (await call('GET', '/kbs/v0/resources')).json()) as { repository_name: string }[]
    expect(seen.map(({ repository_name }) => repository_name)).toEqual(['shared', 'team-a'])
  })

  test('SERVICE_ACCESS_SCOPE: an author of one set of reference values sees and changes no other', async () => {
    const { admin, register, auditLines } = await start()
    const payload = Buffer.from(JSON.stringify({ kernel: ['aa'] })).toString('base64')
    const message = JSON.stringify({ version: '0.1.0', type: 'sample', payload })
    const change = { reason: 'a release', change: { operation: 'merge', message: JSON.parse(message) } }
    const made = await admin('POST', '/api/v1/references/team-b/versions', change)
    expect(made.status, await made.text()).toBe(200)
    const { call } = await register('policy-author', ['team-a'])
    expect((await call('POST', '/api/v1/references/team-a/versions', change)).status).toBe(200)
    const everything = [
      ['POST', '/api/v1/references/team-b/versions', change],
      ['POST', '/api/v1/references/team-b/preview', change],
      ['GET', '/api/v1/references/team-b'],
      ['GET', '/api/v1/references/team-b/values'],
      ['GET', '/kbs/v0/rvps/query'],
      ['GET', '/kbs/v0/reference-value/kernel'],
      ['POST', '/kbs/v0/rvps/register', { message }],
      ['POST', '/kbs/v0/rvps/set_reference_value_list', { rv_list: [] }],
      ['POST', '/kbs/v0/reference-value', message],
      ['DELETE', '/kbs/v0/rvps/delete/kernel'],
    ] as const
    for (const [method, path, body] of everything) {
      const response = await call(method, path, body)
      expect(await readProblem(response), path).toMatchObject({ code: 'SERVICE_ACCESS_SCOPE', expected: ['team-a'] })
    }
    const { items } = (await (await call('GET', '/api/v1/references')).json()) as { items: { name: string }[] }
    expect(items.map(({ name }) => name)).toEqual(['team-a'])
    const entries = (await auditLines()).filter(({ action }) => action === 'references.write')
    expect(entries.filter(({ outcome }) => outcome === 'done')).toMatchObject([
      {
        object: 'team-b',
        reason: 'a release',
        detail: { version: 1, sha384: expect.stringMatching(/^[0-9a-f]{96}$/) },
      },
      { object: 'team-a', reason: 'a release', detail: { version: 1 } },
    ])
    expect(entries.filter(({ code }) => code === 'SERVICE_ACCESS_SCOPE')).toHaveLength(5)
  })

  test('SERVICE_ACCESS_SCOPE: an administrator of one team cannot make one of all', async () => {
    const { register } = await start()
    const { call } = await register('admin', ['team-a'])
    const publicKey = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' })
    const response = await call('POST', '/api/v1/access/keys', { name: 'me again', role: 'admin', publicKey })
    expect(await readProblem(response)).toMatchObject({ code: 'SERVICE_ACCESS_SCOPE' })
    expect((await call('GET', '/api/v1/audit')).status).toBe(403)
  })

  test('a removed key is refused at once, an expired one too', async () => {
    const { admin, register, clock } = await start()
    const removed = await register('reader')
    const expiring = await register('reader', undefined, { expiresAt: NOW + 60 })
    expect((await removed.call('GET', '/api/v1/attestations')).status).toBe(200)
    expect((await admin('DELETE', `/api/v1/access/keys/${removed.id}`)).status).toBe(200)
    expect(await readProblem(await removed.call('GET', '/api/v1/attestations'))).toMatchObject({
      code: 'SERVICE_ADMIN_TOKEN_INVALID',
    })
    expect(await readProblem(await admin('DELETE', `/api/v1/access/keys/${removed.id}`))).toMatchObject({
      code: 'SERVICE_ACCESS_KEY_UNKNOWN',
    })
    expect((await expiring.call('GET', '/api/v1/me')).status).toBe(200)
    clock.now += 60
    expect(await readProblem(await expiring.call('GET', '/api/v1/me'))).toMatchObject({
      code: 'SERVICE_ADMIN_TOKEN_EXPIRED',
    })
  })

  test('a token without kid is taken from a registered key too, as hand-made ones are', async () => {
    const { url, register } = await start()
    const { pair } = await register('reader')
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA' })
      .setExpirationTime(NOW + 60)
      .sign(pair.privateKey)
    const response = await fetch(`${url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })
    expect(await response.json()).toMatchObject({ role: 'reader' })
  })

  test.each([
    ['another role', { role: 'root' }, 'role'],
    ['a scope that climbs', { scopes: ['../x'] }, 'scopes.0'],
    ['no scope', { scopes: [] }, 'scopes'],
    ['an unknown member', { superuser: true }, 'body'],
    ['no key', { publicKey: 'x' }, 'publicKey'],
    [
      'an RSA key',
      {
        publicKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
          type: 'spki',
          format: 'pem',
        }),
      },
      'publicKey',
    ],
    [
      'a private key',
      { publicKey: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) },
      'publicKey',
    ],
  ])('SERVICE_REQUEST_INVALID: %s', async (_what, change, path) => {
    const { admin } = await start()
    const publicKey = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' })
    const response = await admin('POST', '/api/v1/access/keys', { name: 'n', role: 'reader', publicKey, ...change })
    expect(await readProblem(response)).toMatchObject({ code: 'SERVICE_REQUEST_INVALID', path })
  })

  test('SERVICE_REQUEST_INVALID: a member twice; SERVICE_ACCESS_KEY_EXISTS: a key twice', async () => {
    const { admin, register } = await start()
    const twice = await admin('POST', '/api/v1/access/keys', '{"role":"reader","role":"admin"}')
    expect(await readProblem(twice)).toMatchObject({ code: 'SERVICE_REQUEST_INVALID' })
    const { pair, id } = await register('reader')
    const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' })
    const again = await admin('POST', '/api/v1/access/keys', { name: 'again', role: 'admin', publicKey })
    expect(await readProblem(again)).toMatchObject({ code: 'SERVICE_ACCESS_KEY_EXISTS', actual: id })
  })
})

describe('audit', () => {
  test('every change, attestation, release and refusal is in one chain that holds', async () => {
    const { admin, putSecret, attest, register, auditLines, url } = await start()
    await putSecret(PATH, 'x')
    const { client } = await attest()
    await client.resource(PATH)
    await client.resource('default/key/absent')
    await attest({ tdAttributes: (1n << 28n) | 1n })
    await fetch(`${url}/kbs/v0/resource/${PATH}`)
    const { call, id } = await register('reader')
    await call('POST', `/kbs/v0/resource/${PATH}`, 'y')
    await admin('DELETE', `/kbs/v0/resource/${PATH}`)
    await fetch(`${url}/api/v1/audit`)
    const entries = await auditLines()
    expect(entries.map(({ action, object, outcome, code }) => [action, object, outcome, code])).toEqual([
      ['secret.write', PATH, 'done', undefined],
      ['attestation', expect.stringMatching(/^\d{11}-/), 'done', undefined],
      ['secret.release', PATH, 'done', undefined],
      ['secret.release', 'default/key/absent', 'refused', 'SERVICE_SECRET_NOT_FOUND'],
      ['attestation', expect.stringMatching(/^\d{11}-/), 'refused', 'BROKER_EVIDENCE_REFUSED'],
      ['secret.release', PATH, 'refused', expect.stringMatching(/^BROKER_SESSION_/)],
      ['access.write', id, 'done', undefined],
      ['secret.write', PATH, 'refused', 'SERVICE_ACCESS_DENIED'],
      ['secret.delete', PATH, 'done', undefined],
      ['audit.read', expect.any(String), 'refused', 'SERVICE_ADMIN_TOKEN_MISSING'],
    ])
    expect(entries.map(({ actor }) => actor.kind)).toEqual([
      'administrator',
      'machine',
      'machine',
      'machine',
      'machine',
      'client',
      'administrator',
      'administrator',
      'administrator',
      'client',
    ])
    expect(entries[2]?.actor.id).toBe(entries[1]?.actor.id)
    expect(await verifyAuditChain(entries)).toMatchObject({ intact: true, count: 10, first: 1 })
    const text = JSON.stringify(entries)
    for (const secret of ['Bearer', 'eyJ']) expect(text).not.toContain(secret)
  })

  test('the signed head holds the log to what it was', async () => {
    const { admin, putSecret, auditLines, service } = await start()
    await putSecret(PATH, 'x')
    const head = (await json(admin('GET', '/api/v1/audit/head'))) as unknown as {
      seq: number
      hash: string
      signature: string
    }
    const key = createPublicKey(createPrivateKey(readFileSync(service.adminKey.path.replace('admin.pem', 'token.pem'))))
    const { payload, protectedHeader } = await jwtVerify(head.signature, key)
    expect(protectedHeader.typ).toBe('veritee-audit-head+jwt')
    expect(payload).toMatchObject({ seq: 1, hash: head.hash, iss: 'veritee' })
    await putSecret(PATH, 'y')
    expect(await verifyAuditChain(await auditLines(), { head })).toMatchObject({ intact: true, count: 2 })
    expect(await verifyAuditChain([], { head })).toMatchObject({ intact: false, broken: { what: 'head', seq: 1 } })
  })

  test('the list is filtered in the store and paged by cursor', async () => {
    const { admin, putSecret } = await start()
    for (let index = 0; index < 7; index++) await putSecret(index % 2 === 0 ? PATH : 'other/key/disk', 'x')
    type Listed = { items: AuditEntry[]; next: string | null; prev: string | null }
    const list = async (query: string) => (await json(admin('GET', `/api/v1/audit?${query}`))) as unknown as Listed
    const first = await list(`object=${encodeURIComponent(PATH)}&limit=2`)
    expect(first.items.map(({ seq }) => seq)).toEqual([7, 5])
    expect(first.prev).toBeNull()
    await putSecret(PATH, 'new')
    const second = await list(`object=${encodeURIComponent(PATH)}&limit=2&cursor=${first.next}`)
    expect(second.items.map(({ seq }) => seq)).toEqual([3, 1])
    expect(second.next).toBeNull()
    const back = await list(`object=${encodeURIComponent(PATH)}&limit=2&cursor=${second.prev}`)
    expect(back.items.map(({ seq }) => seq)).toEqual([7, 5])
    const newer = await list(`object=${encodeURIComponent(PATH)}&limit=2&cursor=${back.prev}`)
    expect(newer.items.map(({ seq }) => seq)).toEqual([8])
    const refusal = async (query: string) => (await readProblem(await admin('GET', `/api/v1/audit?${query}`))).code
    expect(await refusal(`outcome=done&cursor=${first.next}`)).toBe('SERVICE_CURSOR_FILTER_MISMATCH')
    expect(await refusal('cursor=x')).toBe('SERVICE_CURSOR_INVALID')
    expect(await refusal('limit=0')).toBe('SERVICE_REQUEST_INVALID')
    expect(await refusal('colour=red')).toBe('SERVICE_REQUEST_INVALID')
  })

  test('a period is found in the store, wherever in the log it lies', async () => {
    const { admin, putSecret, clock } = await start()
    for (let hour = 0; hour < 9; hour++) {
      await putSecret(PATH, String(hour))
      clock.now += 3600
    }
    type Listed = { items: AuditEntry[]; next: string | null; prev: string | null }
    const list = async (query: string) => {
      const { items, next, prev } = (await json(admin('GET', `/api/v1/audit?${query}`))) as unknown as Listed
      return { numbers: items.map(({ seq }) => seq), next, prev }
    }
    const at = (hour: number) => NOW + hour * 3600
    expect((await list(`since=${at(2)}&until=${at(5)}`)).numbers).toEqual([5, 4, 3])
    expect((await list('since=3h')).numbers).toEqual([9, 8, 7])
    expect((await list(`until=${at(1)}`)).numbers).toEqual([1])
    expect((await list(`since=${at(20)}`)).numbers).toEqual([])
    expect((await list(`since=${at(5)}&until=${at(2)}`)).numbers).toEqual([])
    const first = await list(`since=${at(2)}&until=${at(6)}&limit=3`)
    const second = await list(`since=${at(2)}&until=${at(6)}&limit=3&cursor=${first.next}`)
    const back = await list(`since=${at(2)}&until=${at(6)}&limit=3&cursor=${second.prev}`)
    expect([first.numbers, second.numbers, second.next, back.numbers, back.prev]).toEqual([
      [6, 5, 4],
      [3],
      null,
      [6, 5, 4],
      null,
    ])
    expect(await readProblem(await admin('GET', '/api/v1/audit?since=soon'))).toMatchObject({
      code: 'SERVICE_REQUEST_INVALID',
      path: 'since',
    })
  })
})

describe('attestations', () => {
  test('every attempt is kept with its findings, its verdict and its input', async () => {
    const { admin, attest } = await start()
    await attest()
    await attest({ tdAttributes: (1n << 28n) | 1n })
    type Listed = { items: Record<string, unknown>[]; next: string | null }
    const { items } = (await json(admin('GET', '/api/v1/attestations'))) as unknown as Listed
    expect(items).toMatchObject([
      {
        outcome: 'refused',
        tee: 'tdx',
        source: 'broker',
        simulated: true,
        code: expect.stringMatching(/DEBUG/),
        cause: { message: expect.any(String) },
      },
      { outcome: 'accepted', tee: 'tdx', machine: expect.stringMatching(/^tdx-[0-9a-f]{24}$/) },
    ])
    const id = items[0]?.['id'] as string
    const attempt = await json(admin('GET', `/api/v1/attestations/${id}`))
    expect(attempt).toMatchObject({
      id,
      evidence: [{ tee: 'tdx', judgement: { accepted: false, checks: expect.any(Array) } }],
    })
    expect(JSON.stringify(attempt)).not.toContain('"claims"')
    const input = await json(admin('GET', `/api/v1/attestations/${id}/input`))
    expect(input).toMatchObject({
      evidence: [{ tee: 'tdx', claims: { tdx: { quote: { body: { mr_td: expect.any(String) } } } } }],
    })
    const refused = (await json(
      admin('GET', '/api/v1/attestations?outcome=refused&tee=tdx&since=1h'),
    )) as unknown as Listed
    expect(refused.items.map((item) => item['id'])).toEqual([id])
    for (const [query, count] of [
      ['tee=snp', 0],
      ['simulated=true', 2],
      [`since=${NOW + 1}`, 0],
      [`until=${NOW}`, 0],
      [`since=${NOW}&until=${NOW + 1}`, 2],
    ] as const)
      expect(
        ((await json(admin('GET', `/api/v1/attestations?${query}`))) as unknown as Listed).items,
        query,
      ).toHaveLength(count)
    const stats = (await json(
      admin('GET', `/api/v1/stats/attestations?from=${NOW - 600}&step=300`),
    )) as unknown as Record<string, number[]>
    expect(stats['accepted']?.reduce((a, b) => a + b)).toBe(1)
    expect(stats['refused']?.reduce((a, b) => a + b)).toBe(1)
    expect(stats['t']).toHaveLength(stats['accepted']?.length ?? 0)
  })

  test('the input goes after its retention, the verdict stays', async () => {
    const { admin, attest, clock, service } = await start({ retention: { inputDays: 1, attemptDays: 10 } })
    await attest()
    const { items } = (await json(admin('GET', '/api/v1/attestations'))) as unknown as { items: { id: string }[] }
    clock.now += 2 * 86_400
    await service.sweep()
    const id = items[0]?.id
    expect((await admin('GET', `/api/v1/attestations/${id}`)).status).toBe(200)
    const gone = await admin('GET', `/api/v1/attestations/${id}/input`)
    expect(gone.status).toBe(410)
    expect(await readProblem(gone)).toMatchObject({ code: 'SERVICE_ATTESTATION_INPUT_GONE' })
    clock.now += 10 * 86_400
    await service.sweep()
    expect(await readProblem(await admin('GET', `/api/v1/attestations/${id}`))).toMatchObject({
      code: 'SERVICE_ATTESTATION_UNKNOWN',
    })
  })

  test.each(['since=yesterday', 'limit=1000', 'step=1'])('SERVICE_REQUEST_INVALID: %s', async (query) => {
    const { admin } = await start()
    const path = query.startsWith('step') ? 'stats/attestations' : 'attestations'
    expect(await readProblem(await admin('GET', `/api/v1/${path}?${query}`))).toMatchObject({
      code: 'SERVICE_REQUEST_INVALID',
    })
  })
})

describe('key rotation', () => {
  const rotate = async (admin: Awaited<ReturnType<typeof start>>['admin'], use: string) =>
    json(admin('POST', `/api/v1/keys/${use}/rotate`))

  test('tokens: the new key signs after its start, tokens of the old one are good until they end', async () => {
    const { admin, attest, putSecret, clock } = await start()
    await putSecret(PATH, 'x')
    const before = await attest()
    const { token: old } = (await before.response.json()) as { token: string }
    expect(await rotate(admin, 'token')).toMatchObject({ key: { use: 'token', state: 'next' } })
    clock.now += 10
    const after = await attest()
    const { token } = (await after.response.json()) as { token: string }
    expect(token.split('.')[0]).not.toBe(old.split('.')[0])
    for (const bearer of [old, token])
      expect((await before.client.resource(PATH, { authorization: `Bearer ${bearer}` })).status).toBe(200)
    const { items } = (await json(admin('GET', '/api/v1/keys'))) as unknown as {
      items: { use: string; state: string }[]
    }
    expect(items.filter(({ use }) => use === 'token').map(({ state }) => state)).toEqual(['retired', 'active'])
  })

  test('handshakes: one that began under the old key is finished under the new one', async () => {
    const { admin, url, clock } = await start()
    const client = new HandClient(url)
    await client.auth()
    const body = await client.prepare(createGuest())
    await rotate(admin, 'handshake')
    clock.now += 11
    expect((await client.attest(body)).status).toBe(200)
  })

  test('storage: every secret is wrapped anew, and the old key may go', async () => {
    const { admin, putSecret, service, site } = await start()
    await putSecret(PATH, 'one')
    await putSecret('default/key/two', 'two')
    expect(await rotate(admin, 'storage')).toMatchObject({
      key: { state: 'active' },
      secrets: { total: 2, rewrapped: 2, failed: 0 },
    })
    await putSecret('default/key/three', 'three')
    await service.stop()
    rmSync(`${site.dir}/keys/storage.key`)
    const again = await startService(site)
    // The key directory makes a first key when there is none: it must not be used for what another key holds.
    const client = new HandClient(again.url)
    await client.auth()
    expect((await client.attestAs(createGuest())).status).toBe(200)
    for (const [path, secret] of [
      [PATH, 'one'],
      ['default/key/two', 'two'],
      ['default/key/three', 'three'],
    ] as const)
      expect(await client.open(await client.resource(path))).toBe(secret)
  })

  test('SERVICE_REQUEST_INVALID: a use that no key has', async () => {
    const { admin } = await start()
    expect(await readProblem(await admin('POST', '/api/v1/keys/admin/rotate'))).toMatchObject({
      code: 'SERVICE_REQUEST_INVALID',
      path: 'use',
    })
  })

  test('SERVICE_STORE_OWNER_OTHER: keys that the store does not know', async () => {
    const site = createSite()
    const first = await startService(site)
    await first.service.stop()
    await expect(startService(site, { keys: `${site.dir}/other-keys` })).rejects.toMatchObject({
      code: 'SERVICE_STORE_OWNER_OTHER',
    })
  })
})

test('key ids are RFC 7638 thumbprints', async () => {
  const { publicKey } = generateKeyPairSync('ed25519')
  const { calculateJwkThumbprint } = await import('jose')
  expect(identifyAdminKey(publicKey)).toBe(await calculateJwkThumbprint(publicKey.export({ format: 'jwk' }) as never))
})
