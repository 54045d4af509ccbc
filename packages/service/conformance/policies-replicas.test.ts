/** Policies changed by two replicas at once, with a file that both can write, on both kinds of store. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type AuditEntry, createAuditLog, verifyAuditChain } from '../src/audit/index.ts'
import { createPolicyRoom, openPolicyFiles } from '../src/policies/index.ts'
import { describeReplicaStores, type OpenReplicaStores } from './replica-stores.ts'

const NOW = 1_800_000_000
const ALLOW = 'package policy\nallow := true\n'
const text = (index: number) => `${ALLOW}# ${index}\n`

const authorOf = (name: string) => ({
  actor: { kind: 'administrator' as const, id: name },
  by: name,
  reason: 'because',
})

function describeReplicas(open: OpenReplicaStores): void {
  async function startReplicas() {
    const dir = mkdtempSync(join(tmpdir(), 'veritee-policy-replicas-'))
    const stores = await open()
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
    mkdirSync(join(dir, 'opa'))
    const rooms = stores.map((store) =>
      createPolicyRoom({
        store,
        files: openPolicyFiles(join(dir, 'opa')),
        audit: createAuditLog(store, () => NOW),
        now: () => NOW,
      }),
    )
    const entries = async () => {
      const found: AuditEntry[] = []
      for await (const entry of createAuditLog(stores[0], () => NOW).follow(0)) found.push(entry)
      return found
    }
    return { rooms, entries, file: join(dir, 'opa', 'default.rego') }
  }

  test('no change is lost, versions have no gaps, each has its audit entry, and the file says what is in force', async () => {
    const { rooms, entries, file } = await startReplicas()
    writeFileSync(file, ALLOW)
    const changes = Array.from({ length: 20 }, (_, index) =>
      rooms[index % 2]?.put({ id: 'default', kind: 'attestation', text: text(index), activate: true }, authorOf('ada')),
    )
    const reads = Array.from({ length: 20 }, (_, index) => rooms[index % 2]?.findAttestation('default'))
    const made = await Promise.all(changes)
    await Promise.all(reads)
    for (const room of rooms) {
      const active = await room.readActive('default')
      expect(active?.text).toBe(readFileSync(file, 'utf8'))
      const versions = await room.listVersions('default', { limit: 100 })
      expect(versions.map(({ version }) => version)).toEqual(versions.map((_, index) => versions.length - index))
      // The text that the file began with, and each change: nothing was taken for an edit that was only late.
      expect(versions).toHaveLength(21)
      const texts = versions.map((version) => version.text)
      for (let index = 0; index < 20; index++) expect(texts).toContain(text(index))
    }
    expect(new Set(made.map((version) => version?.version)).size).toBe(20)
    const log = await entries()
    expect(await verifyAuditChain(log)).toMatchObject({ intact: true })
    const versions = (await rooms[0]?.listVersions('default', { limit: 100 })) ?? []
    expect(log.map(({ detail }) => detail?.['version'])).toEqual(versions.map(({ version }) => version).reverse())
  })

  test('one of two that were written against the same version is refused', async () => {
    const { rooms, entries } = await startReplicas()
    await rooms[0]?.put({ id: 'default', kind: 'attestation', text: ALLOW, activate: true }, authorOf('ada'))
    const outcomes = await Promise.allSettled(
      rooms.map((room, index) =>
        room.put(
          { id: 'default', kind: 'attestation', text: text(index), activate: true, expectedVersion: 1 },
          authorOf('ada'),
        ),
      ),
    )
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'SERVICE_POLICY_OUTDATED' },
    })
    expect(await entries()).toHaveLength(2)
  })

  test('a roll back at both is two, and each goes to what was in force before it', async () => {
    const { rooms } = await startReplicas()
    for (const index of [1, 2])
      await rooms[0]?.put({ id: 'default', kind: 'attestation', text: text(index), activate: true }, authorOf('ada'))
    const made = await Promise.all(rooms.map((room) => room.rollBack('default', undefined, authorOf('ada'))))
    expect(made.map(({ restores }) => restores).toSorted()).toEqual([1, 2])
    expect((await rooms[0]?.readActive('default'))?.text).toBe(text(2))
  })
}

describeReplicaStores('policies', describeReplicas)
