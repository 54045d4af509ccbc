/** Reference values on PostgreSQL, changed by two replicas at once. */
import { createContent, policyValueOf, type ReferenceRecord } from '@veritee/appraisal/references'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createReferenceRoom } from '../src/references/index.ts'
import { createPostgresqlStore } from '../src/store/index.ts'
import { type Cluster, createCluster, POSTGRESQL_ABSENT } from './postgresql.ts'

const NOW = 1_800_000_000

describe.skipIf(POSTGRESQL_ABSENT)(
  `references on postgresql${POSTGRESQL_ABSENT === undefined ? '' : `: ${POSTGRESQL_ABSENT}`}`,
  () => {
    let cluster: Cluster
    beforeAll(() => {
      cluster = createCluster()
    })
    afterAll(() => cluster.remove())

    test('no change is lost, versions have no gaps, and each replica sees the other’s', async () => {
      const url = await cluster.createUrl()
      const stores = await Promise.all([createPostgresqlStore({ url }), createPostgresqlStore({ url })])
      onTestFinished(async () => {
        for (const store of stores) await store.close()
      })
      const rooms = stores.map((store) => createReferenceRoom({ store, now: () => NOW }))
      const digests = Array.from({ length: 30 }, (_, index) => `${index}`)
      const changes = digests.map((digest, index) => {
        const record = { name: 'k', expiresAt: NOW + 100, content: createContent([digest]) }
        const change = { operation: 'merge' as const, records: [record] }
        return rooms[index % 2]?.change({ set: 'gold', change, by: 'ada', reason: 'because' })
      })
      const versions = (await Promise.all(changes)).map((set) => set?.version as number)
      expect(versions.toSorted((a, b) => a - b)).toEqual(digests.map((_, index) => index + 1))
      for (const room of rooms) {
        const record = (await room.readSet('gold')).state.records.get('k') as ReferenceRecord
        expect((policyValueOf(record) as string[]).toSorted()).toEqual(digests.toSorted())
        expect((await room.listVersions('gold', { limit: 100 })).map(({ version }) => version)).toEqual(
          digests.map((_, index) => 30 - index),
        )
      }
    })

    test('a set made in two places at once under one plain name is refused in one of them', async () => {
      const url = await cluster.createUrl()
      const stores = await Promise.all([createPostgresqlStore({ url }), createPostgresqlStore({ url })])
      onTestFinished(async () => {
        for (const store of stores) await store.close()
      })
      const rooms = stores.map((store) => createReferenceRoom({ store, now: () => NOW }))
      const outcomes = await Promise.allSettled(
        rooms.map((room, index) => {
          const record = { name: 'svn', expiresAt: NOW + 100, content: createContent(index) }
          const change = { operation: 'merge' as const, records: [record] }
          return room.change({ set: `set${index}`, change, by: 'ada', reason: 'because' })
        }),
      )
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      const refused = outcomes.find((outcome) => outcome.status === 'rejected')
      expect(refused?.reason).toMatchObject({ code: 'REFERENCE_NAME_TAKEN' })
      for (const room of rooms) expect((await room.read()).query('svn')).toBeTypeOf('number')
    })
  },
)
