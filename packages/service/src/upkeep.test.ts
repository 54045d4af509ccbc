import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseConfig } from './config/index.ts'
import { createMemoryStore, createSqliteStore } from './store/index.ts'
import { probeStore } from './upkeep.ts'

/** More than any disk has. */
const ENDLESS_BYTES = 2 ** 80

function createDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'veritee-upkeep-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

describe('room for records', () => {
  test.each([
    ['the data directory', (dir: string) => ({ dir })],
    ['where the store is', (dir: string) => ({ dir: '/absent', store: { driver: 'sqlite', path: join(dir, 'a.db') } })],
  ] as const)('is looked for in %s', async (_, configure) => {
    const dir = createDirectory()
    const config = parseConfig(configure(dir))
    const store = await createSqliteStore({ path: join(dir, 'a.db') })
    onTestFinished(() => store.close())
    await probeStore(store, config)
    await expect(probeStore(store, config, ENDLESS_BYTES)).rejects.toMatchObject({
      code: 'SERVICE_STORE_UNAVAILABLE',
      details: { path: dir, actual: expect.any(Number) },
    })
  })

  test('is not asked for where records are not in a file', async () => {
    const store = createMemoryStore()
    await probeStore(store, parseConfig({ dir: createDirectory(), store: { driver: 'memory' } }), ENDLESS_BYTES)
    await store.close()
  })
})
