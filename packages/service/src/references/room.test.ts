import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createContent, policyValueOf } from '@veritee/appraisal/references'
import { encodeUtf8 } from '@veritee/codec/bytes'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createMemoryStore, createSqliteStore, type Store, type StoreAccess } from '../store/index.ts'
import { createReferenceRoom } from './room.ts'

const NOW = 1_800_000_000

const DRIVERS: readonly [string, (path: string) => Promise<Store> | Store][] = [
  ['memory', () => createMemoryStore()],
  ['sqlite', (path) => createSqliteStore({ path })],
]

function createPath(): string {
  const dir = mkdtempSync(join(tmpdir(), 'veritee-references-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return join(dir, 'store.db')
}

const merge = (name: string, value: string[] | number, expiresAt = NOW + 100) => ({
  change: { operation: 'merge' as const, records: [{ name, expiresAt, content: createContent(value) }] },
  by: 'ada',
  reason: 'because',
})

describe.each(DRIVERS)('on the %s store', (_, open) => {
  test('every version can be rebuilt from the newest one, and its digest says so', async () => {
    const store = await open(createPath())
    onTestFinished(() => store.close())
    const room = createReferenceRoom({ store, now: () => NOW })
    const expected: string[] = []
    for (let version = 1; version <= 12; version++) {
      const set = await room.change({ set: 'gold', ...merge(`k${version % 4}`, [`${version}`]) })
      expected.push(set.digest)
      expect(set.version).toBe(version)
    }
    for (let version = 1; version <= 12; version++) {
      await room.change({
        set: `copy${version}`,
        change: { operation: 'replace-all', records: [...(await room.readRecordsAt('gold', version)).values()] },
        by: 'ada',
        reason: 'r',
      })
      const { digest } = await room.readVersion('gold', version)
      expect(digest).toBe(expected[version - 1])
      const [first] = [...(await room.readRecordsAt(`copy${version}`, 1)).values()]
      expect(first).toEqual((await room.readRecordsAt('gold', version)).get(first?.name as string))
    }
    const numbers = (await room.listVersions('gold', { limit: 5, before: 8 })).map(({ version }) => version)
    expect(numbers).toEqual([7, 6, 5, 4, 3])
  })

  test('a refused change leaves no version and no value', async () => {
    const store = await open(createPath())
    onTestFinished(() => store.close())
    const room = createReferenceRoom({ store, now: () => NOW })
    await room.change({ set: 'gold', ...merge('k', ['aa']) })
    const changes = [merge('n', 7).change, { operation: 'delete' as const, names: ['absent'] }]
    await expect(
      room.change({ set: 'gold', change: { operation: 'sequence', changes }, by: 'ada', reason: 'r' }),
    ).rejects.toMatchObject({ code: 'REFERENCE_NAME_UNKNOWN' })
    expect(await room.readSet('gold')).toMatchObject({ version: 1 })
    expect((await room.read()).data).toEqual({ k: ['aa'] })
    await expect(room.readVersion('gold', 2)).rejects.toMatchObject({ code: 'REFERENCE_VERSION_UNKNOWN' })
  })

  test('what policies see lapses on the second, without any change', async () => {
    const store = await open(createPath())
    onTestFinished(() => store.close())
    let now = NOW
    const room = createReferenceRoom({ store, now: () => now })
    await room.change({ set: 'a', ...merge('k', ['aa'], NOW + 10) })
    await room.change({ set: 'b', ...merge('k', ['bb'], NOW + 20) })
    const seen = async () => (await room.read()).query('k')
    expect(await seen()).toEqual(['bb', 'aa'])
    expect(await room.read()).toBe(await room.read())
    now = NOW + 10
    expect(await seen()).toEqual(['bb'])
    now = NOW + 20
    expect(await seen()).toBeUndefined()
    expect((await room.read()).lapsed).toEqual(['k'])
    now = NOW
    expect(await seen()).toEqual(['bb', 'aa'])
  })

  test('the effect of a preview is what the assessor says of before and after', async () => {
    const store = await open(createPath())
    onTestFinished(() => store.close())
    const room = createReferenceRoom({
      store,
      now: () => NOW,
      assess: async (before, after) => [before.data, after.data],
    })
    await room.change({ set: 'gold', ...merge('k', ['aa']) })
    const preview = await room.preview({ set: 'gold', ...merge('k', ['bb']) })
    expect(preview.effect).toEqual([{ k: ['aa'] }, { k: ['aa', 'bb'] }])
    expect(preview.policy).toEqual([{ name: 'k', before: ['aa'], after: ['aa', 'bb'] }])
  })
})

test('two replicas on one file: no change is lost, and each sees the other’s', async () => {
  const path = createPath()
  const stores = [await createSqliteStore({ path }), await createSqliteStore({ path })]
  onTestFinished(async () => {
    for (const store of stores) await store.close()
  })
  const rooms = stores.map((store) => createReferenceRoom({ store, now: () => NOW }))
  const digests = Array.from({ length: 30 }, (_, index) => `${index}`)
  const changes = digests.map((digest, index) => rooms[index % 2]?.change({ set: 'gold', ...merge('k', [digest]) }))
  const versions = (await Promise.all(changes)).map((set) => set?.version as number)
  expect(versions.toSorted((a, b) => a - b)).toEqual(digests.map((_, index) => index + 1))
  for (const room of rooms) {
    const record = (await room.readSet('gold')).state.records.get('k')
    expect((policyValueOf(record as never) as string[]).toSorted()).toEqual(digests.toSorted())
  }
})

test('what is recorded beside a change is there with it or not at all', async () => {
  const store = createMemoryStore()
  const room = createReferenceRoom({ store, now: () => NOW })
  const record = async (set: { version: number }, access: StoreAccess) =>
    void (await access.put('note', encodeUtf8(String(set.version))))
  await room.change({ set: 'gold', ...merge('k', ['aa']) }, { record })
  expect((await store.get('note'))?.value).toEqual(encodeUtf8('1'))
  const failing = async (...given: Parameters<typeof record>) => {
    await record(...given)
    throw new Error('the log is full')
  }
  await expect(room.change({ set: 'gold', ...merge('k', ['bb']) }, { record: failing })).rejects.toThrow('log is full')
  expect((await store.get('note'))?.value).toEqual(encodeUtf8('1'))
  expect((await room.readSet('gold')).version).toBe(1)
})
