import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createSqliteStore } from './sqlite-store.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (value: Uint8Array | undefined) => (value === undefined ? undefined : new TextDecoder().decode(value))

describe('sqlite store', () => {
  let path: string
  beforeEach(() => {
    const directory = mkdtempSync(join(tmpdir(), 'veritee-sqlite-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    path = join(directory, 'store.db')
  })

  const open = async (busyTimeoutMs?: number) => {
    const store = await createSqliteStore(busyTimeoutMs === undefined ? { path } : { path, busyTimeoutMs })
    onTestFinished(() => store.close())
    return store
  }

  test('every file it makes has mode 0600', async () => {
    const store = await open()
    await store.put('a', bytes('1'))
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('SERVICE_KEY_PERMISSIONS: refuses a file that others may read, and names the command', async () => {
    writeFileSync(path, '')
    chmodSync(path, 0o644)
    await expect(open()).rejects.toMatchObject({
      code: 'SERVICE_KEY_PERMISSIONS',
      message: `Other users may read the store: run chmod 600 ${path}`,
    })
  })

  test('SERVICE_STORE_UNAVAILABLE: a file that is no database', async () => {
    writeFileSync(path, 'not a database, and longer than a header of one hundred bytes'.repeat(4), { mode: 0o600 })
    await expect(open()).rejects.toMatchObject({ code: 'SERVICE_STORE_UNAVAILABLE' })
  })

  test('SERVICE_STORE_SCHEMA_NEWER: leaves a newer file alone', async () => {
    const database = new DatabaseSync(path)
    database.exec('PRAGMA user_version = 9999')
    database.close()
    chmodSync(path, 0o600)
    await expect(open()).rejects.toMatchObject({ code: 'SERVICE_STORE_SCHEMA_NEWER', details: { actual: 9999 } })
  })

  test('keeps what was written across a restart, in write-ahead mode', async () => {
    const first = await open()
    const version = await first.put('a', bytes('1'))
    await first.close()
    const second = await open()
    expect(text((await second.get('a'))?.value)).toBe('1')
    expect(await second.put('a', bytes('2'))).toBeGreaterThan(version)
    const database = new DatabaseSync(path, { readOnly: true })
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    database.close()
  })

  test('two connections on one file: one winner, no lost update', async () => {
    const stores = await Promise.all([open(), open()])
    const claims = await Promise.all(stores.map((store) => store.compareAndSet('once', 0, bytes('x'))))
    expect(claims.filter((version) => version !== undefined)).toHaveLength(1)
    await stores[0]?.put('count', bytes('0'))
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        stores[index % 2]?.transaction(async (access) => {
          const count = Number(text((await access.get('count'))?.value))
          await new Promise((resolve) => setImmediate(resolve))
          await access.put('count', bytes(String(count + 1)))
        }),
      ),
    )
    expect(text((await stores[1]?.get('count'))?.value)).toBe('40')
  })

  test('what a transaction throws is thrown on as it is, and nothing of it stays', async () => {
    const store = await open()
    const own = new TypeError('of the caller')
    const broken = store.transaction(async (access) => {
      await access.put('a', bytes('1'))
      throw own
    })
    await expect(broken).rejects.toBe(own)
    expect(await store.get('a')).toBeUndefined()
    await store.put('a', bytes('2'))
  })

  test('bytes that are part of a larger buffer are written alone, as they were when they were given', async () => {
    const store = await open()
    const whole = bytes('one two three')
    const written = store.put('a', whole.subarray(4, 7))
    whole.fill(0)
    await written
    expect(text((await store.get('a'))?.value)).toBe('two')
  })

  test('SERVICE_STORE_UNAVAILABLE: it finishes what was asked before it closes, and refuses what is asked later', async () => {
    const store = await open()
    const transaction = store.transaction(async (access) => {
      await access.put('t', bytes('1'))
      await new Promise((resolve) => setTimeout(resolve, 20))
      await access.put('t', bytes('2'))
    })
    const asked = [store.put('a', bytes('1')), store.close(), store.put('b', bytes('2')), store.get('a')]
    const settled = await Promise.allSettled(asked)
    await transaction
    expect(settled.slice(0, 2).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    for (const late of settled.slice(2))
      expect(late).toMatchObject({ status: 'rejected', reason: { code: 'SERVICE_STORE_UNAVAILABLE' } })
    const again = await open()
    expect(text((await again.get('a'))?.value)).toBe('1')
    expect(text((await again.get('t'))?.value)).toBe('2')
  })

  test('SERVICE_STORE_BUSY: gives up on a writer that does not finish', async () => {
    const store = await open(20)
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    await expect(store.put('a', bytes('1'))).rejects.toMatchObject({ code: 'SERVICE_STORE_BUSY' })
    other.exec('ROLLBACK')
    other.close()
    expect(await store.put('a', bytes('1'))).toBeGreaterThan(0)
  })
})
