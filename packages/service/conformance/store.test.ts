import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createMemoryStore, createSqliteStore } from '../src/store/index.ts'
import { describeStore } from './store.ts'

describeStore('memory', async () => createMemoryStore())

describeStore('sqlite', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'veritee-store-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return createSqliteStore({ path: join(directory, 'store.db') })
})
