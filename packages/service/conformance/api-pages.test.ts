/** What a page over the service asks: machines, secrets, collateral, roots, search, what ends, counts, previews. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { servePccs } from '@veritee/simulator'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createAdminToken } from '../src/admin/index.ts'
import { nameSession } from '../src/gateway/index.ts'
import { createGuest, createSite, HandClient, NOW, readProblem, type Site, startService, world } from './fixture.ts'

const PATH = 'default/key/disk'
const MR_TD = 'ab'.repeat(48)
const DEBUG = { tdAttributes: (1n << 28n) | 1n }

// biome-ignore lint/suspicious/noExplicitAny: bodies are looked into member by member
type Body = any

async function start(over: Parameters<typeof startService>[1] = {}, site: Site = createSite()) {
  const running = await startService(site, { store: { driver: 'memory' }, ...over })
  const call = async (method: string, path: string, body?: unknown) => {
    const token = await createAdminToken(readFileSync(running.service.adminKey.path, 'utf8'), {
      now: running.clock.now,
    })
    const init = { method, headers: { authorization: `Bearer ${token}` } }
    return fetch(`${running.url}/api/v1${path}`, body === undefined ? init : { ...init, body: JSON.stringify(body) })
  }
  const read = async (path: string): Promise<Body> => (await call('GET', path)).json()
  const attest = async (values: Parameters<typeof createGuest>[0] = {}) => {
    const client = new HandClient(running.url)
    await client.auth()
    const response = await client.attestAs(createGuest(values))
    return { client, status: response.status }
  }
  return { ...running, site, call, read, attest }
}

/** Machines are told apart by the platform alone, and a simulated world has one: its attestations are one machine's. */
describe('machines', () => {
  test('one row as of its last attestation, with what it did lately', async () => {
    const { read, attest, putSecret, clock } = await start({ release: { statuses: ['affirming', 'warning'] } })
    await putSecret(PATH, 'x')
    expect(await read('/machines')).toEqual({ items: [], next: null, prev: null })
    const { client } = await attest()
    expect((await client.resource(PATH)).status).toBe(200)
    clock.now += 60
    expect((await attest(DEBUG)).status).toBe(401)
    const { items } = await read('/machines')
    expect(items).toHaveLength(1)
    const [machine] = items
    expect(machine).toMatchObject({
      name: expect.stringMatching(/^tdx-[0-9a-f]{24}$/),
      tee: 'tdx',
      lastAt: NOW + 60,
      outcome: 'refused',
      code: expect.stringMatching(/DEBUG/),
      status: 'UpToDate',
      measurement: expect.stringMatching(/^[0-9a-f]{96}$/),
      simulated: true,
    })
    const detail = await read(`/machines/${machine.name}`)
    expect(detail).toMatchObject({ firstAt: NOW, acceptedAt: NOW, lastAt: NOW + 60 })
    expect(detail.attestations.map(({ outcome }: Body) => outcome)).toEqual([
      'refused',
      expect.stringMatching(/accepted|warned/),
    ])
    expect(detail.attestations[0].cause).toMatchObject({ code: machine.code })
    expect(detail.releases).toEqual([{ seq: 3, time: NOW, secret: PATH, outcome: 'done' }])
    for (const [query, count] of [
      ['outcome=refused', 1],
      ['outcome=accepted', 0],
      ['tee=tdx&simulated=true', 1],
      ['tee=snp', 0],
      [`measurement=${machine.measurement}`, 1],
      ['status=OutOfDate', 0],
    ])
      expect((await read(`/machines?${query}`)).items, String(query)).toHaveLength(count as number)
  })

  test('SERVICE_MACHINE_UNKNOWN, and a forged quote makes no machine', async () => {
    const { call, read, attest } = await start({ trustSimulatedRoots: [] })
    await attest()
    expect((await read('/machines')).items).toEqual([])
    for (const name of ['tdx-000000000000000000000000', '..', 'a'.repeat(400)]) {
      const response = await call('GET', `/machines/${encodeURIComponent(name)}`)
      expect([400, 404]).toContain(response.status)
      if (name.startsWith('tdx')) expect((await readProblem(response)).code).toBe('SERVICE_MACHINE_UNKNOWN')
    }
    expect(await readProblem(await call('GET', '/machines?colour=red'))).toMatchObject({
      code: 'SERVICE_REQUEST_INVALID',
      path: 'colour',
    })
  })
})

describe('attestations', () => {
  test('are filtered in the store: a row far behind the first page is found', async () => {
    const { read, attest, clock } = await start({ release: { statuses: ['affirming', 'warning'] } })
    await attest(DEBUG)
    for (let index = 0; index < 12; index++) {
      clock.now += 1
      await attest()
    }
    const found = await read('/attestations?outcome=refused&limit=2')
    expect(found.items).toHaveLength(1)
    expect(found.next).toBeNull()
    const { items, next } = await read(`/attestations?measurement=${found.items[0].measurement}&limit=5`)
    expect(items).toHaveLength(5)
    const second = await read(`/attestations?measurement=${found.items[0].measurement}&limit=5&cursor=${next}`)
    expect(second.items.map(({ id }: Body) => id)).not.toContain(items[4].id)
    expect((await read(`/attestations?code=${found.items[0].code}`)).items).toHaveLength(1)
    expect((await read('/attestations?policy=default')).items).toEqual([])
  })

  test('leave as a whole, as JSON lines or for a spreadsheet', async () => {
    const { call, attest, clock, read } = await start({ release: { statuses: ['affirming', 'warning'] } })
    for (let index = 0; index < 205; index++) {
      clock.now += 1
      if (index % 50 === 0) await attest(index === 100 ? DEBUG : {})
      else if (index % 2 === 0) await attest({ mrTd: '77'.repeat(48) })
    }
    const text = await (await call('GET', '/attestations/export')).text()
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string })
    expect(rows.length).toBeGreaterThan(100)
    expect(rows.map(({ id }) => id)).toEqual(
      rows
        .map(({ id }) => id)
        .sort()
        .reverse(),
    )
    const refused = await call('GET', '/attestations/export?format=csv&outcome=refused&since=1h')
    expect(refused.headers.get('content-type')).toContain('text/csv')
    const lines = (await refused.text()).trimEnd().split('\r\n')
    expect(lines[0]).toMatch(/^id,time,outcome,code,message,tee,machine,/)
    expect(lines.slice(1).every((line) => line.includes(',refused,'))).toBe(true)
    expect(lines).toHaveLength(1 + rows.filter((row) => (row as Body).outcome === 'refused').length)
    for (const query of ['format=xml', 'limit=1', 'colour=red'])
      expect(await read(`/attestations/export?${query}`), query).toMatchObject({ code: 'SERVICE_REQUEST_INVALID' })
  })

  test.each([
    ['outcome', 'refused', 1],
    ['code', /DEBUG/, 1],
    ['tee', 'tdx', 3],
    ['status', 'tdx UpToDate', 3],
    ['latency', /ms$|^longer$/, 3],
  ] as const)('are counted by %s', async (by, name, count) => {
    const { read, attest } = await start()
    await attest()
    await attest()
    await attest(DEBUG)
    const series = await read(`/stats/attestations?by=${by}&from=${NOW - 600}&to=${NOW + 600}&step=300`)
    const { t, ...columns } = series as Record<string, number[]>
    const matching = Object.entries(columns).filter(([column]) =>
      typeof name === 'string' ? column === name : name.test(column),
    )
    expect(matching.length).toBeGreaterThan(0)
    expect(matching.flatMap(([, values]) => values).reduce((a, b) => a + b)).toBe(count)
    for (const [column, values] of Object.entries(columns)) expect(values, column).toHaveLength(t?.length ?? 0)
  })
})

describe('secrets', () => {
  test('are told without their values: size, when stored and released, which key', async () => {
    const { read, putSecret, attest, clock } = await start({ release: { statuses: ['affirming', 'warning'] } })
    await putSecret(PATH, 'first value')
    clock.now += 10
    await putSecret(PATH, 'a second, longer value')
    clock.now += 10
    const { client } = await attest()
    await client.resource(PATH)
    await putSecret('other/key/disk', 'y')
    const page = await read('/secrets')
    expect(page.items).toMatchObject([
      {
        name: PATH,
        bytes: 'a second, longer value'.length,
        version: 2,
        keyId: expect.stringMatching(/^[0-9a-f]{16}$/),
        createdAt: NOW,
        changedAt: NOW + 10,
        releasedAt: NOW + 20,
      },
      { name: 'other/key/disk', bytes: 1, version: 1 },
    ])
    expect(page.items[1]).not.toHaveProperty('releasedAt')
    expect(JSON.stringify(page)).not.toContain('value')
    expect(await read(`/secrets/${PATH}`)).toEqual(page.items[0])
    expect(await read('/secrets/default/key/absent')).toMatchObject({ code: 'SERVICE_SECRET_NOT_FOUND' })
    expect(await read('/secrets?prefix=../x')).toMatchObject({ code: 'SERVICE_REQUEST_INVALID', path: 'prefix' })
    const backwards = await read(`/secrets?limit=1&cursor=${(await read('/secrets?limit=1')).next}`)
    expect(backwards.items[0].name).toBe('other/key/disk')
    expect((await read(`/secrets?limit=1&cursor=${backwards.prev}`)).items[0].name).toBe(PATH)
  })

  test('files of a folder stand among them', async () => {
    const site = createSite()
    const { mkdirSync, writeFileSync } = await import('node:fs')
    const folder = join(site.dir, '..', 'secrets')
    mkdirSync(join(folder, 'a', 'b'), { recursive: true })
    writeFileSync(join(folder, 'a', 'b', 'c'), 'file')
    const { read, putSecret } = await start({ resources: { folder } }, site)
    await putSecret('z/key/1', 'x')
    expect((await read('/secrets')).items).toMatchObject([
      { name: 'a/b/c', bytes: 4 },
      { name: 'z/key/1', bytes: 1 },
    ])
    expect((await read('/secrets?prefix=a/b')).items).toHaveLength(1)
  })
})

describe('what evidence is judged with', () => {
  test('collateral says where it is from and when it ends', async () => {
    const { read, clock } = await start()
    const { items } = await read('/collateral')
    expect(items).toMatchObject([
      {
        kind: 'tcb',
        key: expect.stringMatching(/^tdx [0-9a-fA-F]{12} \w+ standard$/),
        state: 'fresh',
        source: expect.stringContaining('collateral.json'),
        nextUpdateAt: expect.any(Number),
        evaluationNumber: expect.any(Number),
      },
    ])
    const end = items[0].nextUpdateAt as number
    clock.now = end - 3600
    expect((await read('/collateral')).items[0].state).toBe('due')
    expect((await read('/collateral?state=due&kind=tcb')).items).toHaveLength(1)
    expect((await read('/collateral?state=fresh')).items).toEqual([])
    clock.now = end
    expect((await read('/collateral')).items[0].state).toBe('expired')
    expect(await read('/collateral?colour=red')).toMatchObject({ code: 'SERVICE_REQUEST_INVALID', path: 'colour' })
    const expiry = await read(`/expiry?until=${end}`)
    expect(expiry.items).toContainEqual(expect.objectContaining({ kind: 'tcb', at: end }))
  })

  test('a refresh asks the service anew, says what failed, and stands in the audit log', async () => {
    const pccs = await servePccs(world)
    onTestFinished(() => pccs.close())
    const { call, read, attest } = await start({
      collateral: { pcs: pccs.url, bundles: [] },
      release: { statuses: ['affirming', 'warning'] },
    })
    expect(await (await call('POST', '/collateral/refresh')).json()).toEqual({ refreshed: 0, failed: [] })
    expect((await attest()).status).toBe(200)
    expect((await read('/collateral')).items).toMatchObject([{ source: expect.stringContaining('http://') }])
    expect(await (await call('POST', '/collateral/refresh')).json()).toEqual({ refreshed: 1, failed: [] })
    pccs.inject({ kind: 'status', status: 500 })
    expect(await (await call('POST', '/collateral/refresh')).json()).toMatchObject({
      refreshed: 0,
      failed: [{ key: expect.stringContaining('tdx'), code: expect.stringMatching(/^COLLATERAL_/) }],
    })
    expect((await attest()).status).toBe(200)
    expect((await read('/audit?action=collateral.refresh')).items).toHaveLength(3)
  })

  test('roots are all named, and simulated ones say so', async () => {
    const { read } = await start()
    const { items } = await read('/roots')
    const kinds = new Set(items.map(({ kind }: Body) => kind))
    for (const kind of ['dcap', 'snp', 'csv', 'gpu']) expect(kinds).toContain(kind)
    expect(items.filter(({ kind, simulated }: Body) => kind === 'dcap' && simulated)).toHaveLength(1)
    for (const root of items)
      expect(root).toMatchObject({ name: expect.any(String), keySha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
    const other = await start({ trustSimulatedRoots: [] })
    expect((await other.read('/roots')).items.some(({ simulated }: Body) => simulated)).toBe(false)
  })
})

describe('health of components', () => {
  test('says what works, what needs attention and what failed', async () => {
    const { read, clock, site } = await start()
    const stateOf = async (component: string) =>
      (await read('/health')).items.find((item: Body) => item.component === component)
    expect(await stateOf('store')).toEqual({ component: 'store', state: 'working', detail: 'memory' })
    expect(await stateOf('policies')).toMatchObject({ state: 'working' })
    expect(await stateOf('collateral')).toMatchObject({ state: 'working', detail: expect.stringMatching(/^1 here/) })
    expect((await read('/health')).notices.join()).toContain('simulated')
    clock.now = (await read('/collateral')).items[0].nextUpdateAt
    expect(await stateOf('collateral')).toMatchObject({
      state: 'attention',
      detail: expect.stringContaining('1 expired'),
    })
    const folder = join(site.dir, 'policies', 'opa')
    const { mkdirSync, writeFileSync } = await import('node:fs')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'default.rego'), 'package policy\nthis is no policy')
    expect(await stateOf('policies')).toEqual({ component: 'policies', state: 'failed', detail: 'SERVICE_POLICY_FILE' })
  })
})

describe('search', () => {
  test('finds machines, measurements, sessions, entries, secrets, policies, references, collateral and keys', async () => {
    const { read, putSecret, attest, admin, call } = await start({ release: { statuses: ['affirming', 'warning'] } })
    await putSecret(PATH, 'x')
    const { client } = await attest()
    await client.resource(PATH)
    const message = {
      version: '0.1.0',
      type: 'sample',
      payload: Buffer.from('{"kernel-6.12":["d1ce"]}').toString('base64'),
    }
    expect((await admin('POST', '/rvps/register', JSON.stringify({ message: JSON.stringify(message) }))).status).toBe(
      200,
    )
    const policy = Buffer.from('package policy\nimport rego.v1\ndefault allow := true\n').toString('base64url')
    expect((await admin('POST', '/resource-policy', JSON.stringify({ policy }))).status).toBe(200)
    const find = async (q: string) => {
      const { items } = await read(`/search?q=${encodeURIComponent(q)}`)
      return (items as { kind: string; matched: string }[]).map(({ kind, matched }) => `${kind}: ${matched}`)
    }
    const [machine] = (await read('/machines')).items
    const [attempt] = (await read('/attestations')).items
    expect(await find(machine.name)).toEqual(['machine: name', 'attestation: machine'])
    expect(await find(machine.name.slice(0, 12))).toEqual(['machine: name'])
    expect(await find(machine.measurement.toUpperCase())).toEqual(['machine: measurement', 'attestation: measurement'])
    expect(await find(attempt.id)).toContain('attestation: id')
    const session = client.cookie.slice(client.cookie.indexOf('=') + 1)
    expect(await find(session)).toEqual(['audit entry: session', 'audit entry: session'])
    expect(await find(nameSession(session))).toEqual(['audit entry: session', 'audit entry: session'])
    expect(await find('#1')).toEqual(['audit entry: number'])
    expect(await find('key/di')).toEqual(['secret: path'])
    expect(await find('resource-pol')).toEqual(['policy: id'])
    expect(await find('kernel-6')).toEqual(['reference value: name'])
    expect(await find('d1ce')).toEqual(['reference value: value'])
    const [set] = (await read('/collateral')).items
    expect(await find(set.key.split(' ')[1])).toEqual(['collateral: key'])
    const [token] = (await read('/keys')).items
    expect(await find(token.id)).toEqual([`${token.use} key: id`])
    expect(await find('nothing like it')).toEqual([])
    for (const q of ['x', 'x'.repeat(2049)])
      expect(await readProblem(await call('GET', `/search?q=${q}`))).toMatchObject({ code: 'SERVICE_REQUEST_INVALID' })
  })

  test('the log keeps no cookie, only the name of its session', async () => {
    const { attest, read } = await start()
    const { client } = await attest()
    const session = client.cookie.slice(client.cookie.indexOf('=') + 1)
    const { items } = await read(`/audit?session=${nameSession(session)}`)
    expect(items).toHaveLength(1)
    expect(JSON.stringify(items)).not.toContain(session)
  })
})

/** Allows exactly the machines whose first measurement is a reference value. */
const PINNED = `package policy
import rego.v1
default allow := false
allow if input.tdx.quote.body.mr_td in query_reference_value("mr_td")
`

describe('a change of reference values, before it is made', () => {
  test('tells which machines of late would be accepted or refused, and changes nothing', async () => {
    const { call, read, attest, admin } = await start({
      expect: undefined,
      release: { statuses: ['affirming', 'warning'] },
    })
    expect((await attest({ mrTd: '99'.repeat(48) })).status).toBe(200)
    const policy = Buffer.from(PINNED).toString('base64url')
    const body = JSON.stringify({ policy_id: 'default', policy })
    expect((await admin('POST', '/attestation-policy', body)).status).toBe(200)
    expect((await attest({ mrTd: MR_TD })).status).toBe(401)
    const change = { operation: 'merge', values: { mr_td: [MR_TD] }, validUntil: '2030-01-01T00:00:00Z' }
    const preview = async (asked: object): Promise<Body> => {
      const response = await call('POST', '/references/fleet/preview', { change: asked })
      expect(response.status, await response.clone().text()).toBe(200)
      return response.json()
    }
    const { effect } = await preview(change)
    // The first was accepted before there was any policy: nothing is said of it.
    expect(effect).toMatchObject({ replayed: 1, notReplayable: 1, gained: 1, lost: 0 })
    expect(effect.changed).toEqual([
      {
        id: expect.any(String),
        tee: 'tdx',
        machine: expect.stringMatching(/^tdx-/),
        before: 'refused',
        after: expect.stringMatching(/accepted|warned/),
      },
    ])
    expect((await read('/references')).items).toEqual([])
    expect((await attest({ mrTd: MR_TD })).status).toBe(401)
    const made = await call('POST', '/references/fleet/versions', { change, reason: 'a new image' })
    expect(made.status, await made.clone().text()).toBe(200)
    expect((await attest({ mrTd: MR_TD })).status).toBe(200)
    const { items } = await read(`/expiry?until=${4_000_000_000}`)
    expect(items).toContainEqual(
      expect.objectContaining({ kind: 'reference value', id: 'fleet/mr_td', at: 1_893_456_000 }),
    )
    const gone = await preview({ operation: 'delete', names: ['mr_td'] })
    expect(gone.effect).toMatchObject({ replayed: 3, gained: 0, lost: 1 })
  })
})

describe('lists', () => {
  const FEW = ['/collateral', '/roots', '/keys', '/access/keys']

  test('short ones are pages too', async () => {
    const { read } = await start()
    for (const path of FEW) {
      const whole = await read(path)
      expect(whole, path).toMatchObject({ items: expect.any(Array), next: null, prev: null })
    }
    const { items: roots } = await read('/roots')
    const first = await read('/roots?limit=2')
    const second = await read(`/roots?limit=2&cursor=${first.next}`)
    expect([...first.items, ...second.items]).toEqual(roots.slice(0, 4))
    expect((await read(`/roots?limit=2&cursor=${second.prev}`)).items).toEqual(first.items)
    expect((await read('/roots?simulated=true')).items).toEqual(roots.filter((root: Body) => root.simulated))
    expect((await read('/keys?use=token')).items).toMatchObject([{ use: 'token', state: 'active' }])
  })

  test.each([
    ['/attestations', 'outcome', 'refuse'],
    ['/attestations', 'simulated', 'maybe'],
    ['/attestations', 'source', 'elsewhere'],
    ['/attestations/export', 'outcome', 'refuse'],
    ['/machines', 'outcome', 'refuse'],
    ['/audit', 'outcome', 'ok'],
    ['/policies', 'kind', 'other'],
    ['/references', 'state', 'old'],
    ['/collateral', 'state', 'stale'],
    ['/collateral', 'kind', 'crl'],
    ['/roots', 'simulated', 'yes'],
    ['/keys', 'use', 'admin'],
    ['/access/keys', 'role', 'root'],
  ])('SERVICE_REQUEST_INVALID: %s?%s=%s can find nothing', async (path, name, value) => {
    const { read } = await start()
    expect(await read(`${path}?${name}=${value}`)).toMatchObject({
      code: 'SERVICE_REQUEST_INVALID',
      path: name,
      expected: expect.any(Array),
      actual: value,
    })
  })

  test('SERVICE_CURSOR_INVALID: a cursor that was changed, in any list', async () => {
    const { read, call } = await start()
    const body = { text: 'package policy\nallow := false\n', reason: 'a reason' }
    for (let index = 0; index < 2; index++) await call('POST', '/policies/default/versions', body)
    for (const path of ['/audit', '/policies/default/versions', '/roots']) {
      const { next } = await read(`${path}?limit=1`)
      const [, filter, key] = JSON.parse(Buffer.from(next, 'base64url').toString())
      const numbers =
        path === '/policies/default/versions'
          ? [
              [1, filter, 'x'],
              [1, filter, 'NaN'],
            ]
          : []
      for (const place of [
        [2, filter, key],
        [0, filter, `${key}\u0000`],
        [0, filter, '\ud800'],
        [0, key],
        ...numbers,
      ]) {
        const cursor = Buffer.from(JSON.stringify(place)).toString('base64url')
        expect(await read(`${path}?limit=1&cursor=${cursor}`), cursor).toMatchObject({ code: 'SERVICE_CURSOR_INVALID' })
      }
    }
  })

  test('refusals are problem details with title and status', async () => {
    const { call } = await start()
    for (const path of ['/nothing', '/attestations?limit=0', '/attestations/nothing']) {
      const response = await call('GET', path)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      expect(await response.json()).toMatchObject({
        type: 'about:blank',
        title: expect.stringMatching(/^(Not Found|Bad Request)$/),
        status: response.status,
        code: expect.any(String),
        requestId: response.headers.get('x-request-id'),
      })
    }
  })
})
