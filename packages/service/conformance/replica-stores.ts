/** Two stores on one database, as two replicas have them, of both kinds. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest'
import { createPostgresqlStore, createSqliteStore, type Store } from '../src/store/index.ts'
import { type Cluster, createCluster, POSTGRESQL_ABSENT } from './postgresql.ts'

/** Opens the stores of a test, which are closed after it. */
export type OpenReplicaStores = () => Promise<readonly [Store, Store]>

/** @param what stands before the kind of store in the names of the tests */
export function describeReplicaStores(what: string, describeTests: (open: OpenReplicaStores) => void): void {
  describe(`${what} on one SQLite file`, () =>
    describeTests(async () => {
      const directory = mkdtempSync(join(tmpdir(), 'veritee-replicas-'))
      onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
      const path = join(directory, 'store.db')
      return closeLater([await createSqliteStore({ path }), await createSqliteStore({ path })])
    }))

  describe.skipIf(POSTGRESQL_ABSENT)(
    `${what} on PostgreSQL${POSTGRESQL_ABSENT === undefined ? '' : `: ${POSTGRESQL_ABSENT}`}`,
    () => {
      let cluster: Cluster
      beforeAll(() => {
        cluster = createCluster()
      })
      afterAll(() => cluster.remove())
      describeTests(async () => {
        const url = await cluster.createUrl()
        return closeLater([await createPostgresqlStore({ url }), await createPostgresqlStore({ url })])
      })
    },
  )
}

function closeLater(stores: readonly [Store, Store]): readonly [Store, Store] {
  onTestFinished(async () => {
    for (const store of stores) await store.close()
  })
  return stores
}
