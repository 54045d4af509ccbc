import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { createAdminToken } from '../src/admin/index.ts'
import { createGuest, createSite, HandClient, NOW, readProblem, startService } from './fixture.ts'

const PATH = 'default/key/disk'

describe('bodies', () => {
  const valid = { version: '0.4.0', tee: 'tdx', 'extra-params': '' }
  test.each<[string, string | object, number, RegExp]>([
    ['nothing', '', 400, /^BROKER_|^CODEC_/],
    ['no JSON', '{', 400, /^BROKER_|^CODEC_/],
    ['text behind the JSON', `${JSON.stringify(valid)}x`, 400, /^BROKER_|^CODEC_/],
    ['a duplicate key', '{"version":"0.4.0","tee":"tdx","tee":"sgx","extra-params":""}', 400, /^BROKER_|^CODEC_/],
    [
      'a duplicate key in disguise',
      '{"version":"0.4.0","tee":"tdx","t\\u0065e":"sgx","extra-params":""}',
      400,
      /^BROKER_|^CODEC_/,
    ],
    ['an array', [valid], 400, /^BROKER_/],
    ['no version', { tee: 'tdx', 'extra-params': '' }, 400, /^BROKER_/],
    ['another version', { ...valid, version: '0.1.0' }, 400, /^BROKER_VERSION_UNSUPPORTED$/],
    ['an unknown TEE', { ...valid, tee: 'moon' }, 400, /^BROKER_TEE_UNKNOWN$/],
    [
      'deep nesting',
      `{"version":"0.4.0","tee":"tdx","extra-params":${'['.repeat(5000)}${']'.repeat(5000)}}`,
      400,
      /^BROKER_|^CODEC_/,
    ],
    ['too much', 'x'.repeat(2 * 1024 * 1024 + 1), 413, /^SERVICE_HTTP_BODY_TOO_LARGE$/],
  ])('POST /auth refuses %s', async (_what, body, status, code) => {
    const { url } = await startService(createSite())
    const response = await new HandClient(url).auth(body)
    expect(response.status).toBe(status)
    const problem = await readProblem(response)
    expect(problem.code).toMatch(code)
    expect(problem).toMatchObject({ type: expect.any(String), detail: expect.any(String), findings: [] })
  })

  test('a missing or wrong member of an attestation is named', async () => {
    const { url } = await startService(createSite())
    const cases: [string, (body: Record<string, unknown>) => void][] = [
      ['runtime-data', (body) => delete body['runtime-data']],
      ['tee-evidence', (body) => delete body['tee-evidence']],
      ['nonce', (body) => delete (body['runtime-data'] as Record<string, unknown>)['nonce']],
      ['tee-pubkey', (body) => delete (body['runtime-data'] as Record<string, unknown>)['tee-pubkey']],
      ['init-data', (body) => Object.assign(body, { 'init-data': { format: 'json', body: '' } })],
    ]
    for (const [member, change] of cases) {
      const client = new HandClient(url)
      await client.auth()
      const body = await client.prepare(createGuest())
      change(body)
      const refused = await client.attest(body)
      expect(refused.status).toBe(400)
      const problem = await readProblem(refused)
      expect(`${problem.path} ${problem.detail}`).toContain(member)
    }
  })

  test.each([{}, { quote: '' }, { quote: 'AAAA' }, { quote: '%%%' }, 'text', null, []])(
    'evidence %j is refused, not a fault',
    async (evidence) => {
      const { url } = await startService(createSite())
      const client = new HandClient(url)
      await client.auth()
      const body = await client.prepare(createGuest())
      body['tee-evidence'] = { primary_evidence: evidence, additional_evidence: '' }
      const refused = await client.attest(body)
      expect([400, 401]).toContain(refused.status)
      expect((await readProblem(refused)).code).toMatch(/^[A-Z_]+$/)
    },
  )

  test('quotes of a TEE that was not announced are refused', async () => {
    const { url } = await startService(createSite())
    const client = new HandClient(url)
    await client.auth({ version: '0.4.0', tee: 'sgx', 'extra-params': '' })
    expect((await client.attestAs(createGuest())).status).toBe(401)
  })

  test('a second piece of evidence that cannot be verified refuses the whole', async () => {
    const { url } = await startService(createSite())
    const client = new HandClient(url)
    await client.auth()
    const body = await client.prepare(createGuest())
    body['tee-evidence'] = {
      ...(body['tee-evidence'] as object),
      additional_evidence: JSON.stringify({ sampledevice: { svn: '1', report_data: '' } }),
    }
    expect((await client.attest(body)).status).toBe(401)
  })
})

describe('administration', () => {
  test('stores any bytes, lists, replaces, deletes', async () => {
    const { url, admin } = await startService(createSite())
    const all = Uint8Array.from({ length: 256 }, (_, index) => index)
    const stored = await admin('POST', `/resource/${PATH}`, all)
    expect([stored.status, await stored.text()]).toEqual([200, ''])
    await admin('POST', '/resource/default/key/another', 'x')
    expect(await (await admin('GET', '/resources')).json()).toEqual([
      { repository_name: 'default', resource_type: 'key', resource_tag: 'another' },
      { repository_name: 'default', resource_type: 'key', resource_tag: 'disk' },
    ])
    expect((await admin('DELETE', `/resource/${PATH}`)).status).toBe(200)
    expect((await admin('DELETE', `/resource/${PATH}`)).status).toBe(404)
    expect(await (await fetch(`${url}/kbs/v0/resources`)).json()).toMatchObject({ code: 'SERVICE_ADMIN_TOKEN_MISSING' })
  })

  test('an empty list is an array, an empty secret is refused', async () => {
    const { admin } = await startService(createSite())
    expect(await (await admin('GET', '/resources')).text()).toBe('[]')
    const refused = await admin('POST', `/resource/${PATH}`)
    expect(refused.status).toBe(400)
    expect((await readProblem(refused)).code).toBe('SERVICE_SECRET_EMPTY')
  })

  test('nobody else may: no token, an attestation token, another key, a token of another service', async () => {
    const site = createSite()
    const { url, service } = await startService(site)
    const elsewhere = await startService(createSite())
    const client = new HandClient(url)
    await client.auth()
    const { token } = (await (await client.attestAs(createGuest())).json()) as { token: string }
    const other = generateKeyPairSync('ed25519').privateKey
    const foreign = await createAdminToken(readFileSync(elsewhere.service.adminKey.path, 'utf8'), { now: NOW })
    const far = await new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA' })
      .setExpirationTime(NOW + 60)
      .sign(other)
    expect(service.adminKey.path).toBe(`${site.dir}/keys/admin.pem`)
    for (const authorization of [
      undefined,
      'Basic YTpi',
      'Bearer',
      `Bearer ${token}`,
      `Bearer ${foreign}`,
      `Bearer ${far}`,
    ]) {
      const headers = authorization === undefined ? {} : { authorization }
      for (const [method, path] of [
        ['POST', `/resource/${PATH}`],
        ['DELETE', `/resource/${PATH}`],
        ['GET', '/resources'],
      ] as const) {
        const init = { method, headers: { ...headers, cookie: client.cookie } }
        const response = await fetch(`${url}/kbs/v0${path}`, method === 'POST' ? { ...init, body: 'x' } : init)
        expect(response.status).toBe(401)
        expect(response.headers.get('www-authenticate')).toBe('Bearer')
        expect((await readProblem(response)).code).toMatch(/^SERVICE_ADMIN_TOKEN_/)
      }
    }
  })

  test('an administrator token releases nothing', async () => {
    const { url, putSecret, service } = await startService(createSite())
    await putSecret(PATH, 'x')
    const token = await createAdminToken(readFileSync(service.adminKey.path, 'utf8'), { now: NOW })
    const response = await fetch(`${url}/kbs/v0/resource/${PATH}`, { headers: { authorization: `Bearer ${token}` } })
    expect(response.status).toBe(401)
    expect((await readProblem(response)).code).toMatch(/^APPRAISAL_TOKEN_/)
  })
})

describe('paths', () => {
  test.each([
    'a/b',
    'a/b/c/d',
    'a/b/.c',
    '.a/b/c',
    'a/b/c%2fd',
    'a/b/%2e%2e',
    'a/b/..%2f..%2fetc',
    'a//b/c',
    'a/b/c%0d%0aset-cookie:x=1',
    'a/b/c%00',
    'a/b/%C3%A9',
    'a/b/c~d',
    `a/b/${'c'.repeat(2000)}`,
  ])('an administrator cannot store under %s', async (path) => {
    const { admin } = await startService(createSite())
    const response = await admin('POST', `/resource/${path}`, 'x')
    expect([400, 404]).toContain(response.status)
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(await (await admin('GET', '/resources')).json()).toEqual([])
  })

  test('the same name in another case is another secret', async () => {
    const { url, putSecret } = await startService(createSite())
    await putSecret('r/t/Name', 'upper')
    const client = new HandClient(url)
    await client.auth()
    await client.attestAs(createGuest())
    expect((await client.resource('r/t/name')).status).toBe(404)
    expect(await client.open(await client.resource('r/t/Name'))).toBe('upper')
  })
})

describe('operation', () => {
  test('health, readiness, the first page and the OpenAPI document', async () => {
    const { url, service } = await startService(createSite())
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' })
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready', store: 'sqlite' })
    const page = (await (await fetch(url)).json()) as { notices: string[] }
    expect(page.notices.join()).toMatch(/simulated/i)
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, object> }
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/',
        '/healthz',
        '/readyz',
        '/kbs/v0/auth',
        '/kbs/v0/resource/{repository}/{type}/{tag}',
        '/api/v1/me',
      ]),
    )
    await service.stop()
    const after = await service.fetch(new Request('http://service/readyz'))
    expect(after.status).toBe(503)
  })

  test('every operation of the OpenAPI document is there, says what it answers, and who may use it', async () => {
    const { url } = await startService(createSite())
    type Operation = { summary?: string; security?: unknown[]; responses: Record<string, unknown> }
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, Operation>>
    }
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const response = await fetch(url + path.replaceAll(/\{\w+\}/g, 'x'), { method: method.toUpperCase() })
        const { code } = response.ok ? { code: '' } : await readProblem(response)
        await response.body?.cancel().catch(() => undefined)
        expect(['SERVICE_HTTP_ROUTE_UNKNOWN', 'SERVICE_HTTP_METHOD_NOT_ALLOWED'], `${method} ${path}`).not.toContain(
          code,
        )
        expect(operation.summary, `${method} ${path}`).toMatch(/^[A-Z]/)
        expect(Object.keys(operation.responses), `${method} ${path}`).toContain('200')
        if (path.startsWith('/api/v1')) {
          expect(operation.security, `${method} ${path}`).toEqual([{ admin: [] }])
          expect(code, `${method} ${path}`).toBe('SERVICE_ADMIN_TOKEN_MISSING')
        }
      }
    }
  })

  test('no secret, token, cookie or key reaches the log', async () => {
    const site = createSite()
    const { url, lines, admin, service } = await startService(site)
    const secret = 'sw0rdfish-in-the-log'
    await admin('POST', `/resource/${PATH}`, secret)
    const client = new HandClient(url)
    await client.auth()
    const { token } = (await (await client.attestAs(createGuest())).json()) as { token: string }
    expect(await client.open(await client.resource(PATH))).toBe(secret)
    await client.resource(PATH, { authorization: `Bearer ${token}x` })
    await client.attest('{"broken')
    await service.stop()
    const log = lines.join('\n')
    expect(lines.length).toBeGreaterThan(6)
    const keyFile = (name: string) =>
      readFileSync(`${site.dir}/keys/${name}`, 'utf8')
        .split('\n')
        .at(name.endsWith('.pem') ? 1 : 0) as string
    const hidden = [
      secret,
      token,
      token.split('.')[2],
      client.cookie.split('=')[1],
      ...['admin.pem', 'token.pem', 'handshake.key', 'storage.key'].map(keyFile),
    ]
    for (const value of hidden) {
      expect(value?.length).toBeGreaterThan(10)
      expect(log).not.toContain(value)
      expect(log).not.toContain(
        Buffer.from(value as string)
          .toString('base64')
          .slice(4, -4),
      )
    }
  })

  test('the store file holds neither the secret nor a token key', async () => {
    const site = createSite()
    const { putSecret, service } = await startService(site)
    await putSecret(PATH, 'sw0rdfish-in-the-store')
    await service.stop()
    expect(readFileSync(`${site.dir}/store.db`).includes('sw0rdfish')).toBe(false)
  })

  test('a memory store works, and forgets', async () => {
    const site = createSite()
    const first = await startService(site, { store: { driver: 'memory' } })
    await first.putSecret(PATH, 'x')
    await first.service.stop()
    const second = await startService(site, { store: { driver: 'memory' } })
    expect(await (await second.admin('GET', '/resources')).json()).toEqual([])
  })
})
