import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createAdminToken } from '../src/admin/index.ts'
import type { ServiceConfigInput } from '../src/index.ts'
import { createGuest, createSite, HandClient, type Running, readProblem, type Site, startService } from './fixture.ts'
import { type Cluster, createCluster, POSTGRESQL_ABSENT } from './postgresql.ts'

const PATH = 'default/key/disk'
const SECRET = 'correct horse battery staple'

/** Two services that share a store and keys; each has a data directory of its own. */
async function startReplicas(store: ServiceConfigInput['store']): Promise<[Running, Running]> {
  const site = createSite()
  const keys = join(site.dir, '..', 'shared-keys')
  const start = (name: string) =>
    startService({ ...site, config: { ...site.config, dir: join(site.dir, '..', name) } }, { store, keys })
  return [await start('a'), await start('b')]
}

async function moveTo(client: HandClient, replica: Running): Promise<HandClient> {
  const moved = new HandClient(replica.url)
  return Object.assign(moved, { cookie: client.cookie, nonce: client.nonce, keys: client.keys })
}

function describeReplicas(open: (site: Site) => Promise<ServiceConfigInput['store']>): void {
  test('a handshake begun at one replica is finished at the other after the first died', async () => {
    const [a, b] = await startReplicas(await open(createSite()))
    await a.putSecret(PATH, SECRET)
    const client = new HandClient(a.url)
    await client.auth()
    const body = await client.prepare(createGuest())
    await a.service.stop()
    const other = await moveTo(client, b)
    expect((await other.attest(body)).status).toBe(200)
    expect(await other.open(await other.resource(PATH))).toBe(SECRET)
  })

  test('a session attested at one replica is good at the other, and its challenge is used up at both', async () => {
    const [a, b] = await startReplicas(await open(createSite()))
    await a.putSecret(PATH, SECRET)
    const client = new HandClient(a.url)
    await client.auth()
    const [{ cookie }, body] = [client, await client.prepare(createGuest())]
    expect((await client.attest(body)).status).toBe(200)
    const other = await moveTo(client, b)
    await a.service.stop()
    expect(await other.open(await other.resource(PATH))).toBe(SECRET)
    other.cookie = cookie
    const replay = await other.attest({ ...body, 'init-data': undefined })
    expect(await readProblem(replay)).toMatchObject({ code: 'BROKER_SESSION_REPLAYED' })
  })

  test('one answer to one challenge, sent to both at once in two forms, is taken once', async () => {
    const [a, b] = await startReplicas(await open(createSite()))
    const client = new HandClient(a.url)
    await client.auth()
    const body = await client.prepare(createGuest())
    const other = await moveTo(client, b)
    const answers = await Promise.all([client.attest(body), other.attest({ ...body, 'init-data': undefined })])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
  })

  test('a key that one replica makes is used by both, and what either made before stays good', async () => {
    const [a, b] = await startReplicas(await open(createSite()))
    await a.putSecret(PATH, SECRET)
    const client = new HandClient(a.url)
    await client.auth()
    const body = await client.prepare(createGuest())
    const token = await createAdminToken(readFileSync(a.service.adminKey.path, 'utf8'), { now: a.clock.now })
    for (const use of ['token', 'handshake', 'storage']) {
      const init = { method: 'POST', headers: { authorization: `Bearer ${token}` } }
      expect((await fetch(`${a.url}/api/v1/keys/${use}/rotate`, init)).status).toBe(200)
    }
    // A secret under a storage key that this replica has not read yet: it looks into the directory.
    const early = new HandClient(b.url)
    await early.auth()
    expect((await early.attestAs(createGuest())).status).toBe(200)
    expect(await early.open(await early.resource(PATH))).toBe(SECRET)
    await b.service.reload()
    for (const replica of [a, b]) replica.clock.now += 20
    const other = await moveTo(client, b)
    expect((await other.attest(body)).status).toBe(200)
    const back = await moveTo(other, a)
    expect(await back.open(await back.resource(PATH))).toBe(SECRET)
  })

  test('a secret that is written right after a storage key was made elsewhere does not hang on the old one', async () => {
    const site = createSite()
    const [a, b] = await startReplicas(await open(site))
    await b.putSecret(PATH, 'before')
    b.clock.now -= 3600
    const token = await createAdminToken(readFileSync(a.service.adminKey.path, 'utf8'), { now: a.clock.now })
    const init = { method: 'POST', headers: { authorization: `Bearer ${token}` } }
    const rotating = fetch(`${a.url}/api/v1/keys/storage/rotate`, init)
    const writing = Array.from({ length: 20 }, async (_, index) => b.putSecret(`default/key/n${index}`, SECRET))
    await Promise.all(writing)
    const { key, secrets } = (await (await rotating).json()) as { key: { id: string }; secrets: object }
    expect(secrets).toMatchObject({ failed: 0 })
    await b.putSecret('default/key/after', SECRET)
    const listed = await fetch(`${a.url}/api/v1/secrets`, { headers: init.headers })
    const { items } = (await listed.json()) as { items: { name: string; keyId: string }[] }
    expect(items).toHaveLength(22)
    expect(items.filter(({ keyId }) => keyId !== key.id)).toEqual([])
  })

  test('two replicas racing on one secret: every write is whole, versions are counted without a gap', async () => {
    const [a, b] = await startReplicas(await open(createSite()))
    const values = Array.from({ length: 12 }, (_, index) => `secret number ${index} ${'x'.repeat(index * 100)}`)
    const results = await Promise.all(
      values.map((value, index) => (index % 2 === 0 ? a : b).admin('POST', `/resource/${PATH}`, value)),
    )
    const stored = results.filter(({ status }) => status === 200).length
    expect(stored).toBeGreaterThan(0)
    for (const refused of results.filter(({ status }) => status !== 200))
      expect(await readProblem(refused)).toMatchObject({ code: 'SERVICE_SECRET_CONFLICT' })
    for (const replica of [a, b]) {
      const client = new HandClient(replica.url)
      await client.auth()
      expect((await client.attestAs(createGuest())).status).toBe(200)
      expect(values).toContain(await client.open(await client.resource(PATH)))
    }
    const versions = [...a.lines, ...b.lines]
      .map((line) => JSON.parse(line))
      .filter(({ msg, version, resource }) => msg === 'answered' && resource === PATH && version !== undefined)
    expect(versions.map(({ version }) => version).sort((x, y) => x - y)).toEqual(
      Array.from({ length: stored }, (_, index) => index + 1),
    )
  })
}

describe('replicas on one SQLite file', () => {
  describeReplicas(async (site) => ({ driver: 'sqlite', path: join(site.dir, '..', 'shared.db') }))
})

describe.skipIf(POSTGRESQL_ABSENT)(
  `replicas on PostgreSQL${POSTGRESQL_ABSENT === undefined ? '' : `: ${POSTGRESQL_ABSENT}`}`,
  () => {
    let cluster: Cluster
    beforeAll(() => {
      cluster = createCluster()
    })
    afterAll(() => cluster.remove())
    const open = async (): Promise<ServiceConfigInput['store']> => ({
      driver: 'postgresql',
      url: await cluster.createUrl(),
      timeoutSeconds: 2,
    })

    describeReplicas(open)

    test('the address comes from a file that only its owner may read', async () => {
      const site = createSite()
      const urlFile = site.write('database', `${await cluster.createUrl()}\n`)
      const store = { driver: 'postgresql' as const, urlFile }
      await expect(startService(site, { store })).rejects.toMatchObject({ code: 'SERVICE_KEY_PERMISSIONS' })
      chmodSync(urlFile, 0o600)
      expect((await fetch(`${(await startService(site, { store })).url}/readyz`)).status).toBe(200)
      site.write('database', 'nonsense')
      await expect(startService(site, { store })).rejects.toMatchObject({ code: 'SERVICE_FILE_UNREADABLE' })
      const away = site.write('away', 'postgresql://nobody:sw0rdfish@127.0.0.1:1/none')
      chmodSync(away, 0o600)
      const failure = await startService(site, { store: { ...store, urlFile: away } }).catch((error: unknown) => error)
      expect(failure).toMatchObject({ code: 'SERVICE_STORE_UNAVAILABLE' })
      expect(String((failure as Error).stack) + String((failure as Error).cause)).not.toContain('sw0rdfish')
    })

    test('SERVICE_STORE_UNAVAILABLE: the database goes away and comes back, and the service with it', async () => {
      const [a, b] = await startReplicas(await open())
      await a.putSecret(PATH, SECRET)
      const client = new HandClient(a.url)
      await client.auth()
      const body = await client.prepare(createGuest())
      cluster.kill()
      onTestFinished(() => {
        try {
          cluster.start()
        } catch {
          // It runs again already.
        }
      })
      const refused = await client.attest(body)
      expect(refused.status).toBe(503)
      const text = await refused.text()
      expect(JSON.parse(text)).toMatchObject({ code: 'SERVICE_STORE_UNAVAILABLE', next: expect.any(String) })
      expect(text).not.toContain('/tmp')
      expect((await fetch(`${a.url}/readyz`)).status).toBe(503)
      expect((await fetch(`${b.url}/healthz`)).status).toBe(200)
      cluster.start()
      expect((await fetch(`${a.url}/readyz`)).status).toBe(200)
      expect((await client.attest(body)).status).toBe(200)
      const other = await moveTo(client, b)
      expect(await other.open(await other.resource(PATH))).toBe(SECRET)
    })
  },
)
