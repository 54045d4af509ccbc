/** One audit log written by two replicas at once, on both kinds of store. */
import { encodeUtf8 } from '@veritee/codec/bytes'
import { expect, test } from 'vitest'
import { type AuditEvent, createAuditLog, verifyAuditChain } from '../src/audit/index.ts'
import { describeReplicaStores, type OpenReplicaStores } from './replica-stores.ts'

const EVENTS = 400

const event = (object: string): AuditEvent => ({
  actor: { kind: 'machine', id: 'tdx-1' },
  action: 'attestation',
  object,
  outcome: 'done',
})

function describeReplicas(open: OpenReplicaStores): void {
  test('no entry is lost, none is refused, and the chain is one', async () => {
    const stores = await open()
    const clock = { now: 1_800_000_000 }
    const logs = stores.map((store) => createAuditLog(store, () => clock.now))
    const write = async (index: number) => {
      const log = logs[index % 2]
      // All of them write the record of one machine, and administrators change things meanwhile.
      const machine = { key: 'machine/tdx-1', value: encodeUtf8(String(index)) }
      if (index % 20 < 2)
        await log?.commit(event(`${index}`), (access) => access.put(`policy/${index}`, encodeUtf8('x')))
      else await log?.record(event(`${index}`), [machine, { key: `attempt/${index}`, value: encodeUtf8('x') }])
      // So that each replica comes back to writing as if it were alone.
      clock.now++
    }
    const next = { index: 0 }
    const runs = Array.from({ length: 16 }, async () => {
      while (next.index < EVENTS) await write(next.index++)
    })
    await Promise.all(runs)
    expect(await verifyAuditChain(logs[0]!.follow(0))).toMatchObject({ intact: true, count: EVENTS })
    const kept = [await stores[1].list('attempt/'), await stores[1].list('policy/')]
    expect(kept.map(({ length }) => length)).toEqual([EVENTS * 0.9, EVENTS * 0.1])
  })
}

describeReplicaStores('one audit log', describeReplicas)
