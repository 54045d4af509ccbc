import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createAdminToken } from '../src/admin/index.ts'
import { type AuditEntry, verifyAuditChain } from '../src/audit/index.ts'
import type { ServiceConfigInput } from '../src/index.ts'
import { createGuest, createSite, HandClient, NOW, readProblem, type Site, startService } from './fixture.ts'
import { type Cluster, createCluster, POSTGRESQL_ABSENT } from './postgresql.ts'

const PATH = 'default/key/disk'
const SCRIPT = fileURLToPath(new URL('service-process.ts', import.meta.url))

interface Spawned {
  readonly url: string
  readonly process: ChildProcess
  admin(method: string, path: string, body?: string): Promise<Response>
}

/** @param fileBlocks the largest file it may write, in blocks of 1024 bytes */
async function spawnService(site: Site, over: Partial<ServiceConfigInput> = {}, fileBlocks?: number): Promise<Spawned> {
  const config = { ...site.config, log: { level: 'silent' }, ...over }
  const file = site.write(`process-${Math.random()}.json`, JSON.stringify({ config, now: NOW }))
  const command = [process.execPath, '--conditions=veritee-source', SCRIPT, file]
  const limit = fileBlocks === undefined ? '' : `ulimit -f ${fileBlocks}; `
  const child = spawn('bash', ['-c', `${limit}exec "$@"`, 'bash', ...command], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [url] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => ['']),
  ])) as [string]
  expect(url).toMatch(/^http/)
  const keys = config.keys ?? join(config.dir, 'keys')
  return {
    url,
    process: child,
    async admin(method, path, body) {
      const token = await createAdminToken(readFileSync(join(keys, 'admin.pem'), 'utf8'), {
        now: NOW + 5,
        lifetimeSeconds: 600,
      })
      const init = { method, headers: { authorization: `Bearer ${token}` } }
      return fetch(url + path, body === undefined ? init : { ...init, body })
    },
  }
}

async function kill({ process: child }: Spawned): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

async function readAudit(service: Spawned): Promise<AuditEntry[]> {
  const text = await (await service.admin('GET', '/api/v1/audit/export')).text()
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEntry)
}

async function listNames(service: Spawned): Promise<string[]> {
  const listed = (await (await service.admin('GET', '/kbs/v0/resources')).json()) as Record<string, string>[]
  return listed.map((entry) => `${entry['repository_name']}/${entry['resource_type']}/${entry['resource_tag']}`)
}

test('kill -9 in the middle of writes: what was confirmed is there, what is there is whole and in the audit log', async () => {
  const site = createSite()
  const confirmed: string[] = []
  for (let round = 0; round < 3; round++) {
    const service = await spawnService(site)
    let going = true
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let index = 0; going; index++) {
        const name = `r${round}/w${writer}/n${index}`
        const response = await service
          .admin('POST', `/kbs/v0/resource/${name}`, 'x'.repeat(20_000))
          .catch(() => undefined)
        if (response === undefined) return
        if (response.status === 200) confirmed.push(name)
      }
    })
    await new Promise((resolve) => setTimeout(resolve, 150 + round * 70))
    await kill(service)
    going = false
    await Promise.all(writers)
  }
  const service = await spawnService(site)
  const names = await listNames(service)
  expect(confirmed.length).toBeGreaterThan(3)
  expect(names).toEqual(expect.arrayContaining(confirmed))
  const entries = await readAudit(service)
  expect(await verifyAuditChain(entries)).toMatchObject({ intact: true })
  expect(
    entries
      .filter(({ action }) => action === 'secret.write')
      .map(({ object }) => object)
      .sort(),
  ).toEqual(names.sort())
  const rewrapped = (await (await service.admin('POST', '/api/v1/keys/storage/rotate')).json()) as { secrets: object }
  expect(rewrapped.secrets).toEqual({ total: names.length, rewrapped: names.length, failed: 0 })
})

test('SERVICE_STORE_UNAVAILABLE: a full disk refuses writes with a code, and loses nothing', async () => {
  const site = createSite()
  const service = await spawnService(site, {}, 4096)
  const stored: string[] = []
  let refused: Response | undefined
  for (let index = 0; index < 30 && refused === undefined; index++) {
    const response = await service.admin('POST', `/kbs/v0/resource/a/b/n${index}`, 'x'.repeat(400_000))
    if (response.status === 200) stored.push(`a/b/n${index}`)
    else refused = response
  }
  expect(refused?.status).toBe(503)
  expect(await readProblem(refused as Response)).toMatchObject({ code: 'SERVICE_STORE_UNAVAILABLE' })
  expect((await fetch(`${service.url}/healthz`)).status).toBe(200)
  expect((await listNames(service)).sort()).toEqual(stored.sort())
  await kill(service)
  const roomy = await spawnService(site)
  expect((await listNames(roomy)).sort()).toEqual(stored.sort())
  expect((await roomy.admin('POST', '/kbs/v0/resource/a/b/more', 'x')).status).toBe(200)
  const entries = await readAudit(roomy)
  expect(await verifyAuditChain(entries)).toMatchObject({ intact: true })
  expect(entries.filter(({ outcome }) => outcome === 'done')).toHaveLength(stored.length + 1)
})

test('the clock jumps: nothing lives longer for it, and the audit log says where', async () => {
  const { url, clock, putSecret, service } = await startService(createSite())
  await putSecret(PATH, 'x')
  const half = new HandClient(url)
  await half.auth()
  const body = await half.prepare(createGuest())
  const done = new HandClient(url)
  await done.auth()
  expect((await done.attestAs(createGuest())).status).toBe(200)
  clock.now += 3600
  expect(await readProblem(await half.attest(body))).toMatchObject({ code: 'BROKER_SESSION_EXPIRED' })
  expect((await done.resource(PATH)).status).toBe(401)
  clock.now -= 7200
  expect((await done.resource(PATH)).status).toBe(401)
  await putSecret(PATH, 'y')
  const token = await createAdminToken(readFileSync(service.adminKey.path, 'utf8'), { now: clock.now })
  const exported = await fetch(`${url}/api/v1/audit/export`, { headers: { authorization: `Bearer ${token}` } })
  const entries = (await exported.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditEntry)
  expect(await verifyAuditChain(entries)).toMatchObject({ intact: true, clockSetBack: 1 })
})

describe.skipIf(POSTGRESQL_ABSENT)(
  `two processes on PostgreSQL${POSTGRESQL_ABSENT === undefined ? '' : `: ${POSTGRESQL_ABSENT}`}`,
  () => {
    let cluster: Cluster
    beforeAll(() => {
      cluster = createCluster()
    })
    afterAll(() => cluster.remove())

    test('either is killed in mid-handshake, and its guests finish at the other', async () => {
      const site = createSite()
      const store = { driver: 'postgresql' as const, url: await cluster.createUrl() }
      const keys = join(site.dir, '..', 'keys')
      const first = await spawnService(site, { store, keys, dir: join(site.dir, '..', 'a') })
      const second = await spawnService(site, { store, keys, dir: join(site.dir, '..', 'b') })
      expect((await first.admin('POST', `/kbs/v0/resource/${PATH}`, 'shared')).status).toBe(200)
      const begin = async (at: Spawned) => {
        const client = new HandClient(at.url)
        await client.auth()
        return { client, body: await client.prepare(createGuest()) }
      }
      const guests = await Promise.all(Array.from({ length: 8 }, () => begin(first)))
      const flights = guests.slice(0, 4).map(({ client, body }) => client.attest(body).catch(() => undefined))
      await kill(first)
      await Promise.all(flights)
      for (const { client, body } of guests.slice(4)) {
        const moved = Object.assign(new HandClient(second.url), {
          cookie: client.cookie,
          nonce: client.nonce,
          keys: client.keys,
        })
        expect((await moved.attest(body)).status).toBe(200)
        expect(await moved.open(await moved.resource(PATH))).toBe('shared')
      }
      // A guest whose answer was lost with the first begins again.
      const again = await begin(second)
      expect((await again.client.attest(again.body)).status).toBe(200)
      expect(await verifyAuditChain(await readAudit(second))).toMatchObject({ intact: true })
    })
  },
)
