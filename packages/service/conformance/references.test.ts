/** Reference values over HTTP as existing clients and the console use them: real service, real requests. */
import { readFileSync } from 'node:fs'
import { canonicalizeJson } from '@veritee/codec/json'
import { describe, expect, test } from 'vitest'
import { createAdminToken } from '../src/admin/index.ts'
import { createSite, NOW, type Running, startService } from './fixture.ts'

const message = (values: object) =>
  JSON.stringify({ version: '0.1.0', type: 'sample', payload: Buffer.from(JSON.stringify(values)).toString('base64') })

async function api(
  running: Running,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const token = await createAdminToken(readFileSync(running.service.adminKey.path, 'utf8'), {
    now: running.clock.now,
    subject: 'ada',
  })
  const response = await fetch(`${running.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    etag: response.headers.get('etag'),
  }
}

const register = (running: Running, values: object) =>
  running.admin('POST', '/rvps/register', JSON.stringify({ message: message(values) }))

const queryAll = async (running: Running) => (await running.admin('GET', '/rvps/query')).json()

const change = (running: Running, set: string, body: object, headers?: Record<string, string>) =>
  api(running, 'POST', `/references/${set}/versions`, { change: body, reason: 'a reason' }, headers)

describe('the paths of the key broker', () => {
  test('a registration joins, a coco registration replaces, a query answers what has not expired', async () => {
    const running = await startService(createSite())
    expect((await register(running, { 'tdx.mr_td': ['aa'], svn: 3 })).status).toBe(200)
    expect((await register(running, { 'tdx.mr_td': ['bb'] })).status).toBe(200)
    expect(await queryAll(running)).toEqual({ 'tdx.mr_td': ['aa', 'bb'], svn: 3 })
    expect((await running.admin('POST', '/reference-value', message({ 'tdx.mr_td': ['cc'] }))).status).toBe(200)
    expect(await queryAll(running)).toEqual({ 'tdx.mr_td': ['cc'], svn: 3 })
    expect(await (await running.admin('GET', '/reference-value')).json()).toEqual({ 'tdx.mr_td': ['cc'], svn: 3 })
    running.clock.now += 367 * 86_400
    expect(await queryAll(running)).toEqual({})
    expect((await running.admin('GET', '/reference-value/svn')).status).toBe(404)
  })

  test.each(['/kbs/v0', '/api/kbs/v0'])('names hold slashes, blanks and letters of any script: %s', async (base) => {
    const running = await startService(createSite())
    const names = ['rvps:///ns/name:1.0', 'a/b c', '度量.内核', '100%', 'a%2Fb']
    await register(running, Object.fromEntries(names.map((name) => [name, [name]])))
    const call = async (method: string, path: string) => {
      const token = await createAdminToken(readFileSync(running.service.adminKey.path, 'utf8'), {
        now: running.clock.now,
      })
      return fetch(`${running.url}${base}${path}`, { method, headers: { authorization: `Bearer ${token}` } })
    }
    for (const name of names) {
      const found = await call('GET', `/reference-value/${encodeURIComponent(name)}`)
      expect(await found.json()).toEqual([name])
      expect((await call('DELETE', `/rvps/delete/${encodeURIComponent(name)}`)).status).toBe(200)
    }
    expect(await queryAll(running)).toEqual({})
    await register(running, { 'rvps:///ns/name:1.0': ['aa'] })
    expect(await (await call('GET', '/reference-value/rvps:///ns/name:1.0')).json()).toEqual(['aa'])
  })

  test('deleting a name that is not there is refused, not passed over', async () => {
    const running = await startService(createSite())
    const response = await running.admin('DELETE', '/rvps/delete/nothing')
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ code: 'REFERENCE_NAME_UNKNOWN', actual: 'nothing' })
  })

  test.each([
    ['REFERENCE_MESSAGE_INVALID', '/rvps/register', '{"message":7}'],
    ['REFERENCE_MESSAGE_INVALID', '/rvps/register', '{'],
    [
      'REFERENCE_VERSION_UNSUPPORTED',
      '/rvps/register',
      JSON.stringify({ message: '{"version":"9","type":"sample","payload":"e30="}' }),
    ],
    ['REFERENCE_TYPE_UNKNOWN', '/reference-value', '{"type":"nope","payload":"e30="}'],
    ['REFERENCE_LIST_INVALID', '/rvps/set_reference_value_list', '{"rv_list":7}'],
  ])('%s at %s', async (code, path, body) => {
    const running = await startService(createSite())
    const response = await running.admin('POST', path, body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code })
  })

  test.each([
    ['GET', '/rvps/query'],
    ['POST', '/rvps/register'],
    ['POST', '/rvps/set_reference_value_list'],
    ['DELETE', '/rvps/delete/x'],
    ['GET', '/reference-value'],
    ['GET', '/reference-value/x'],
    ['POST', '/reference-value'],
  ])('%s %s is for administrators', async (method, path) => {
    const running = await startService(createSite())
    const response = await fetch(`${running.url}/kbs/v0${path}`, { method })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ code: 'SERVICE_ADMIN_TOKEN_MISSING' })
  })

  test('a list takes provenance from its folder alone, signed, and stores all of it or nothing', async () => {
    const site = createSite()
    const manifest = { schemaVersion: 1, measurements: { uki: { algorithm: 'sha256', value: 'ab'.repeat(32) } } }
    const path = site.write('m.json', JSON.stringify(manifest))
    const folder = path.slice(0, path.lastIndexOf('/'))
    const item = (id: string, uri: string) => ({
      id,
      version: '1',
      type: 'uki',
      provenance_info: { type: 'rv-release-manifest', rekor_url: 'https://rekor.example.invalid' },
      provenance_source: { protocol: 'file', uri },
      operation_type: 'add',
    })
    const send = (running: Running, ...items: object[]) =>
      running.admin('POST', '/rvps/set_reference_value_list', JSON.stringify({ rv_list: items }))
    const code = async (response: Response) => ((await response.json()) as { code: string }).code

    const closed = await startService(site)
    expect(await code(await send(closed, item('uki', 'm.json')))).toBe('REFERENCE_SOURCE_REFUSED')
    await closed.service.stop()
    const strict = await startService(site, { references: { provenance: folder } })
    expect(await code(await send(strict, item('uki', 'm.json')))).toBe('REFERENCE_SIGNATURE_REQUIRED')
    await strict.service.stop()
    const open = await startService(site, { references: { provenance: folder, allowUnsignedProvenance: true } })
    expect(open.service.notices.join()).toContain('unsigned')
    expect(await code(await send(open, item('uki', '../../etc/passwd')))).toMatch(/^REFERENCE_SOURCE_/)
    expect(await code(await send(open, item('uki', '/etc/hostname')))).toBe('REFERENCE_SOURCE_REFUSED')
    expect(await code(await send(open, item('uki', 'absent.json')))).toBe('REFERENCE_SOURCE_UNREADABLE')
    expect(await code(await send(open, item('uki', 'm.json'), item('other', 'm.json')))).toBe(
      'REFERENCE_MEASUREMENT_ABSENT',
    )
    expect(await queryAll(open)).toEqual({})
    expect((await send(open, item('uki', 'm.json'))).status).toBe(200)
    expect(await queryAll(open)).toEqual({ uki: ['ab'.repeat(32)] })
  })
})

describe('sets and versions', () => {
  test('every change is a version with who, when and why; a restore is a new one', async () => {
    const running = await startService(createSite())
    await change(running, 'gold', { operation: 'merge', values: { k: ['aa'] } })
    running.clock.now += 10
    await change(running, 'gold', { operation: 'merge', values: { k: ['bb'], n: 1 } })
    const restored = await change(running, 'gold', { operation: 'restore', version: 1 })
    expect(restored).toMatchObject({
      status: 200,
      etag: '"3"',
      body: { version: 3, changedBy: 'ada', reason: 'a reason' },
    })
    expect(await queryAll(running)).toEqual({ k: ['aa'] })
    const { body } = await api(running, 'GET', '/references/gold/versions?limit=2')
    expect(body['items']).toMatchObject([
      { version: 3, operation: 'restore', by: 'ada' },
      { version: 2, operation: 'merge', changed: 2 },
    ])
    const older = await api(running, 'GET', `/references/gold/versions?limit=2&cursor=${body['next']}`)
    expect(older.body).toMatchObject({
      items: [{ version: 1, at: new Date(NOW * 1000).toISOString().replace('.000', '') }],
      next: null,
    })
    const newer = await api(running, 'GET', `/references/gold/versions?limit=2&cursor=${older.body['prev']}`)
    expect(newer.body['items']).toEqual(body['items'])
    expect((await api(running, 'GET', '/references/gold/versions/2')).body['changes']).toMatchObject([
      {
        name: 'k',
        before: { 'hash-value': [{ value: 'aa' }] },
        after: { 'hash-value': [{ value: 'aa' }, { value: 'bb' }] },
      },
      { name: 'n', before: null, after: { value: 1 } },
    ])
    const compared = await api(running, 'GET', '/references/gold/compare?from=1&to=2')
    expect(compared.body['difference']).toMatchObject({
      added: [{ name: 'n' }],
      removed: [],
      changed: [{ name: 'k', added: ['bb'], removed: [] }],
    })
    const equal = await api(running, 'GET', '/references/gold/compare?from=1&to=3')
    expect(equal.body['difference']).toEqual({ added: [], removed: [], changed: [] })
  })

  test('a preview says what would change and changes nothing', async () => {
    const running = await startService(createSite())
    await change(running, 'gold', { operation: 'merge', values: { k: ['aa', 'bb'] } })
    const preview = await api(running, 'POST', '/references/gold/preview', {
      change: { operation: 'revoke', name: 'k', values: ['aa'] },
    })
    expect(preview.body).toMatchObject({
      baseVersion: 1,
      difference: { added: [], removed: [], changed: [{ name: 'k', added: [], removed: ['aa'] }] },
      policy: [{ name: 'k', before: ['aa', 'bb'], after: ['bb'] }],
    })
    expect((await api(running, 'GET', '/references/gold')).body).toMatchObject({ version: 1, revoked: 0 })
  })

  test('REFERENCE_VALUE_REVOKED: what was revoked does not come back by registering or restoring', async () => {
    const running = await startService(createSite())
    await register(running, { k: ['AA', 'bb'] })
    expect((await change(running, 'default', { operation: 'revoke', name: 'k', values: ['aa'] })).status).toBe(200)
    expect(await queryAll(running)).toEqual({ k: ['bb'] })
    const again = await register(running, { k: ['aa'] })
    expect(again.status).toBe(409)
    expect(await again.json()).toMatchObject({
      code: 'REFERENCE_VALUE_REVOKED',
      detail: expect.stringContaining('a reason'),
    })
    expect((await change(running, 'default', { operation: 'restore', version: 1 })).body).toMatchObject({
      code: 'REFERENCE_VALUE_REVOKED',
    })
    await change(running, 'default', { operation: 'reinstate', name: 'k', values: ['aa'] })
    expect((await register(running, { k: ['aa'] })).status).toBe(200)
  })

  test('REFERENCE_VERSION_CONFLICT: a change made for another version', async () => {
    const running = await startService(createSite())
    await change(running, 'gold', { operation: 'merge', values: { k: ['aa'] } })
    const body = { operation: 'merge', values: { k: ['bb'] } }
    expect(await change(running, 'gold', body, { 'if-match': '"0"' })).toMatchObject({
      status: 412,
      body: { code: 'REFERENCE_VERSION_CONFLICT', expected: 0, actual: 1 },
    })
    expect((await change(running, 'gold', body, { 'if-match': '"1"' })).status).toBe(200)
    expect((await change(running, 'gold', body, { 'if-match': 'W/"1"' })).body).toMatchObject({
      code: 'REFERENCE_CHANGE_INVALID',
    })
  })

  test('sets are in force together, and a set that has expired is not', async () => {
    const running = await startService(createSite())
    await change(running, 'a', { operation: 'merge', values: { k: ['aa'] } })
    await change(running, 'b', { operation: 'merge', values: { k: ['bb'], only: ['x'] } })
    const validUntil = new Date((NOW + 60) * 1000).toISOString()
    await change(running, 'b', { operation: 'describe', tee: 'tdx', description: 'canary', validUntil })
    const all = (await queryAll(running)) as { k: string[] }
    expect(all.k.toSorted()).toEqual(['aa', 'bb'])
    running.clock.now += 60
    expect(await queryAll(running)).toEqual({ k: ['aa'] })
    const list = await api(running, 'GET', '/references?state=expired')
    expect(list.body['items']).toMatchObject([
      { name: 'b', tee: 'tdx', description: 'canary', values: 2, state: 'expired' },
    ])
    expect((await change(running, 'b', { operation: 'merge', values: { k: 7 } })).body).toMatchObject({
      code: 'REFERENCE_NAME_TAKEN',
    })
  })

  test('values are paged by name and filtered in the service', async () => {
    const running = await startService(createSite())
    const values = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`k${index}`, [`${index}`]]))
    await change(running, 'gold', { operation: 'merge', values: { ...values, other: ['x'] } })
    const names: unknown[] = []
    for (let path = '/references/gold/values?limit=3&prefix=k'; ; ) {
      const { body } = await api(running, 'GET', path)
      names.push(...(body['items'] as { name: string }[]).map(({ name }) => name))
      if (body['next'] === null) break
      path = `/references/gold/values?limit=3&prefix=k&cursor=${body['next']}`
      expect((await api(running, 'GET', path.replace('prefix=k', 'prefix=o'))).body).toMatchObject({
        code: 'SERVICE_CURSOR_FILTER_MISMATCH',
      })
    }
    expect(names).toEqual(['k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6'])
  })

  test.each([
    ['REFERENCE_SET_UNKNOWN', 'GET', '/references/absent', undefined],
    [
      'REFERENCE_SET_INVALID',
      'POST',
      `/references/${'x'.repeat(129)}/versions`,
      { change: { operation: 'merge', values: {} }, reason: 'r' },
    ],
    ['REFERENCE_VERSION_UNKNOWN', 'GET', '/references/gold/versions/9', undefined],
    ['REFERENCE_VERSION_UNKNOWN', 'GET', '/references/gold/compare?from=1&to=x', undefined],
    [
      'REFERENCE_NAME_UNKNOWN',
      'POST',
      '/references/gold/versions',
      { change: { operation: 'delete', names: ['absent'] }, reason: 'r' },
    ],
    ['REFERENCE_CHANGE_INVALID', 'POST', '/references/gold/versions', { change: { operation: 'merge', values: {} } }],
    ['REFERENCE_CHANGE_INVALID', 'POST', '/references/gold/versions', { change: { operation: 'merge' }, reason: 'r' }],
    ['REFERENCE_CHANGE_INVALID', 'POST', '/references/gold/versions', { change: { operation: 'burn' }, reason: 'r' }],
    ['SERVICE_CURSOR_INVALID', 'GET', '/references?cursor=AAAA', undefined],
    ['SERVICE_REQUEST_INVALID', 'GET', '/references?limit=0', undefined],
    ['SERVICE_REQUEST_INVALID', 'GET', '/references?colour=red', undefined],
  ])('%s: %s %s', async (code, method, path, body) => {
    const running = await startService(createSite())
    await change(running, 'gold', { operation: 'merge', values: { k: ['aa'] } })
    expect((await api(running, method, path, body)).body).toMatchObject({ code })
  })

  test('many at once on one name: every one of them is kept, in versions without gaps', async () => {
    const running = await startService(createSite())
    const digests = Array.from({ length: 24 }, (_, index) => index.toString(16).padStart(2, '0'))
    const answers = await Promise.all(digests.map((digest) => register(running, { k: [digest] })))
    expect(answers.map(({ status }) => status)).toEqual(digests.map(() => 200))
    const all = (await queryAll(running)) as { k: string[] }
    expect(all.k.toSorted()).toEqual(digests)
    expect((await api(running, 'GET', '/references/default')).body).toMatchObject({ version: 24, values: 1 })
  })

  test('what was registered is there after a restart', async () => {
    const site = createSite()
    const first = await startService(site)
    const odd = JSON.parse(
      '{"k":["aa"],"plain":null,"nested":{"a":[1],"__proto__":2},"blank":["",""],"__proto__":["bb"],"empty":[]}',
    )
    await register(first, odd)
    await change(first, 'direct', {
      operation: 'merge',
      values: JSON.parse('{"__proto__":["bb","cc"],"object":{"__proto__":{}}}'),
    })
    await first.service.stop()
    const text = await (await (await startService(site)).admin('GET', '/rvps/query')).text()
    const wanted =
      '{"__proto__":["bb","cc"],"blank":["",""],"empty":[],"k":["aa"],"nested":{"a":[1],"__proto__":2},"object":{"__proto__":{}},"plain":null}'
    expect(canonicalizeJson(JSON.parse(text))).toBe(canonicalizeJson(JSON.parse(wanted)))
  })
})
