import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBackup, restoreBackup } from '../src/backup/index.ts'
import { writeLines } from '../src/backup/lines.ts'
import type { ServiceConfigInput } from '../src/index.ts'
import { createMemoryStore } from '../src/store/index.ts'
import { createGuest, createSite, HandClient, NOW, startService } from './fixture.ts'
import { type Cluster, createCluster, POSTGRESQL_ABSENT } from './postgresql.ts'

const PATH = 'default/key/disk'
const SECRET = 'correct horse battery staple'
const passphrase = 'a passphrase of enough words'

async function startFull(store?: ServiceConfigInput['store']) {
  const site = createSite()
  const running = await startService(site, store === undefined ? {} : { store })
  await running.putSecret(PATH, SECRET)
  await running.putSecret('default/key/large', 'x'.repeat(300_000))
  return { site, running, path: join(site.dir, '..', 'backup') }
}

async function expectSecret(url: string) {
  const client = new HandClient(url)
  await client.auth()
  expect((await client.attestAs(createGuest())).status).toBe(200)
  expect(await client.open(await client.resource(PATH))).toBe(SECRET)
}

interface Listed {
  readonly items: readonly Record<'action' | 'object' | 'outcome' | 'code' | 'detail', unknown>[]
}

describe('backup and restore', () => {
  test('of a running service, into a new place: secrets, keys and the audit chain are there', async () => {
    const { site, running, path } = await startFull()
    const report = await createBackup(site.config, { path, passphrase, now: NOW })
    expect(report).toMatchObject({ keys: 5 })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readFileSync(path).includes(SECRET)).toBe(false)
    await running.service.stop()
    const other = { ...site, config: { ...site.config, dir: join(site.dir, '..', 'restored') } }
    expect(await restoreBackup(other.config, { path, passphrase, now: NOW })).toEqual(report)
    const restored = await startService(other)
    await expectSecret(restored.url)
    const { items } = (await (await restored.admin('GET', '/../../api/v1/audit?actor=backup')).json()) as Listed
    expect(items.map(({ action, object, outcome }) => [action, object, outcome])).toEqual([
      ['backup.restore', path, 'done'],
      ['backup.create', path, 'done'],
    ])
    expect(items[0]?.detail).toEqual({ ...report, madeAt: NOW })
    for (const name of ['admin.pem', 'token.pem', 'storage.key', 'handshake.key', 'admin.pub']) {
      const file = (dir: string) => join(dir, 'keys', name)
      expect(readFileSync(file(other.config.dir)).equals(readFileSync(file(site.dir)))).toBe(true)
      expect(statSync(file(other.config.dir)).mode).toBe(statSync(file(site.dir)).mode)
    }
  })

  test('SERVICE_BACKUP_EXISTS: overwrites neither a file nor a data directory', async () => {
    const { site, path } = await startFull()
    await createBackup(site.config, { path, passphrase, now: NOW })
    const before = readFileSync(path)
    await expect(createBackup(site.config, { path, passphrase, now: NOW })).rejects.toMatchObject({
      code: 'SERVICE_BACKUP_EXISTS',
    })
    expect(readFileSync(path).equals(before)).toBe(true)
    await expect(restoreBackup(site.config, { path, passphrase, now: NOW })).rejects.toMatchObject({
      code: 'SERVICE_BACKUP_EXISTS',
    })
    const elsewhere = { ...site.config, keys: join(site.dir, '..', 'new-keys') }
    await expect(restoreBackup(elsewhere, { path, passphrase, now: NOW })).rejects.toMatchObject({
      code: 'SERVICE_BACKUP_EXISTS',
    })
    expect(existsSync(elsewhere.keys)).toBe(false)
  })

  test('SERVICE_FILE_UNREADABLE: a place that cannot be written, a file that is not there', async () => {
    const { site, running, path } = await startFull()
    const nowhere = join(site.dir, 'nowhere', 'backup')
    const refusal = { code: 'SERVICE_FILE_UNREADABLE', details: { path: nowhere } }
    await expect(createBackup(site.config, { path: nowhere, passphrase, now: NOW })).rejects.toMatchObject(refusal)
    await expect(restoreBackup(site.config, { path: nowhere, passphrase, now: NOW })).rejects.toMatchObject(refusal)
    await expect(createBackup(site.config, { path, passphrase: 'short', now: NOW })).rejects.toThrow()
    const { items } = (await (await running.admin('GET', '/../../api/v1/audit?actor=backup')).json()) as Listed
    expect(items.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['failed', 'SERVICE_BACKUP_PASSPHRASE'],
      ['done', undefined],
    ])
  })

  test('a key that is made while a backup is written is in it: records may be wrapped with it', async () => {
    const { site } = await startFull()
    const directory = join(site.dir, 'keys')
    const store = createMemoryStore()
    const { snapshot } = store
    store.snapshot = async function* () {
      writeFileSync(join(directory, 'storage.1790000001.key'), `${'A'.repeat(43)}\n`, { mode: 0o600 })
      yield* snapshot.call(store)
    }
    const counted = { keys: 0, records: 0 }
    const names: string[] = []
    for await (const line of writeLines(store, directory, NOW, counted)) names.push(JSON.parse(line).name)
    expect(names.filter((name) => name === 'storage.1790000001.key')).toHaveLength(1)
    expect(names.filter((name) => name === 'storage.key')).toHaveLength(1)
    expect(counted).toEqual({ keys: 6, records: 0 })
  })

  test('SERVICE_BACKUP_INTERRUPTED: leaves nothing behind, and the log says so', async () => {
    const { site, running, path } = await startFull()
    const beside = () => readdirSync(join(site.dir, '..')).filter((name) => /backup|restored/.test(name))
    const signal = AbortSignal.abort()
    const interrupted = { code: 'SERVICE_BACKUP_INTERRUPTED' }
    await expect(createBackup(site.config, { path, passphrase, now: NOW, signal })).rejects.toMatchObject(interrupted)
    expect(beside()).toEqual([])
    const { items } = (await (await running.admin('GET', '/../../api/v1/audit?actor=backup')).json()) as Listed
    expect(items.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['failed', 'SERVICE_BACKUP_INTERRUPTED'],
      ['done', undefined],
    ])
    await createBackup(site.config, { path, passphrase, now: NOW })
    const config = { ...site.config, dir: join(site.dir, '..', 'restored') }
    await expect(restoreBackup(config, { path, passphrase, now: NOW, signal })).rejects.toMatchObject(interrupted)
    expect(beside()).toEqual(['backup'])
  })

  test('SERVICE_BACKUP_PASSPHRASE: too short, or another', async () => {
    const { site, path } = await startFull()
    await expect(createBackup(site.config, { path, passphrase: 'short', now: NOW })).rejects.toMatchObject({
      code: 'SERVICE_BACKUP_PASSPHRASE',
    })
    expect(existsSync(path)).toBe(false)
    await createBackup(site.config, { path, passphrase, now: NOW })
    const config = { ...site.config, dir: join(site.dir, '..', 'restored') }
    await expect(restoreBackup(config, { path, passphrase: `${passphrase}!`, now: NOW })).rejects.toMatchObject({
      code: 'SERVICE_BACKUP_PASSPHRASE',
    })
    expect(existsSync(config.dir)).toBe(false)
  })

  test('SERVICE_BACKUP_INVALID: cut short, extended, one bit changed, chunks out of order, or something else', async () => {
    const { site, path } = await startFull()
    await createBackup(site.config, { path, passphrase, now: NOW })
    const whole = readFileSync(path)
    const sealed = 64 * 1024 + 16
    const head = whole.indexOf(0x0a) + 1
    expect(whole.length).toBeGreaterThan(head + 2 * sealed)
    const broken = {
      cut: whole.subarray(0, -1),
      'cut at a chunk': whole.subarray(0, head + sealed),
      extended: Buffer.concat([whole, Buffer.from('x')]),
      'one bit': Buffer.from(whole).fill((whole.at(-40) as number) ^ 1, whole.length - 40, whole.length - 39),
      'out of order': Buffer.concat([
        whole.subarray(0, head + sealed),
        whole.subarray(head + 2 * sealed),
        whole.subarray(head + sealed, head + 2 * sealed),
      ]),
      'something else': Buffer.from(`${'not a backup '.repeat(10)}\n`),
      empty: Buffer.alloc(0),
    }
    const config = { ...site.config, dir: join(site.dir, '..', 'restored') }
    for (const [name, bytes] of Object.entries(broken)) {
      const file = site.write(`broken-${name}`, '')
      writeFileSync(file, bytes)
      await expect(restoreBackup(config, { path: file, passphrase, now: NOW }), name).rejects.toMatchObject({
        code: expect.stringMatching(/^SERVICE_BACKUP_(INVALID|PASSPHRASE)$/),
      })
      expect(existsSync(config.dir), name).toBe(false)
    }
  }, 60_000)
})

describe.skipIf(POSTGRESQL_ABSENT)(
  `backup between stores${POSTGRESQL_ABSENT === undefined ? '' : `: ${POSTGRESQL_ABSENT}`}`,
  () => {
    let cluster: Cluster
    beforeAll(() => {
      cluster = createCluster()
    })
    afterAll(() => cluster.remove())

    test('a site moves from SQLite to PostgreSQL by backup and restore', async () => {
      const { site, running, path } = await startFull()
      await createBackup(site.config, { path, passphrase, now: NOW })
      await running.service.stop()
      const store = { driver: 'postgresql' as const, url: await cluster.createUrl() }
      const config = { ...site.config, dir: join(site.dir, '..', 'moved'), store }
      await restoreBackup(config, { path, passphrase, now: NOW })
      await expectSecret((await startService({ ...site, config })).url)
    })
  },
)
