import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest'
import { createMemoryStore, createPostgresqlStore, createSqliteStore } from '../src/store/index.ts'
import { type Cluster, createCluster, POSTGRESQL_ABSENT } from './postgresql.ts'
import { describeStore } from './store.ts'

describeStore('memory', async () => createMemoryStore())

describeStore('sqlite', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'veritee-store-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return createSqliteStore({ path: join(directory, 'store.db') })
})

describe.skipIf(POSTGRESQL_ABSENT)(
  `postgresql${POSTGRESQL_ABSENT === undefined ? '' : `: ${POSTGRESQL_ABSENT}`}`,
  () => {
    let cluster: Cluster
    beforeAll(() => {
      cluster = createCluster()
    })
    afterAll(() => cluster.remove())
    describeStore('postgresql', async () => createPostgresqlStore({ url: await cluster.createUrl() }))
  },
)
