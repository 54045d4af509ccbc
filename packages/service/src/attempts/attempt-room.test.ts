import type { Judgement } from '@veritee/appraisal/judge'
import { expect, test } from 'vitest'
import { createMemoryStore } from '../store/index.ts'
import { createAttemptRoom } from './attempt-room.ts'
import { nameMachine } from './machine.ts'

const judgement: Judgement = {
  tee: 'snp',
  answers: { readable: 'yes', genuine: 'yes', fresh: 'yes', expected: 'unasked' },
  genuine: true,
  accepted: true,
  advisories: [],
  checks: [],
  findings: [],
  claims: { snp: { chip_id: 'ab'.repeat(64) } },
  simulated: false,
}

test('the oldest inputs go when all of them are larger than allowed; verdicts stay', async () => {
  const store = createMemoryStore()
  const clock = { now: 1_000_000 }
  const room = createAttemptRoom(store, () => clock.now, { attemptDays: 30, inputDays: 10, inputBytes: 20_000 })
  const ids: string[] = []
  for (let index = 0; index < 10; index++) {
    // Text that does not get smaller: about 4 kB each.
    const noise = Array.from({ length: 500 }, (_, n) => ((index + 1) * (n + 7) * 2_654_435_761) % 4_294_967_296).join()
    const { attempt, records } = await room.describe({
      source: 'broker',
      tee: 'snp',
      outcome: 'accepted',
      latencyMs: 1,
      client: '::1',
      requestId: 'r',
      evidence: [{ tee: 'snp', judgement }],
      input: { noise },
    })
    await store.putAll(records)
    ids.push(attempt.id)
    clock.now += 300
  }
  expect(await room.enforceSize()).toBeGreaterThan(0)
  expect(await room.enforceSize()).toBe(0)
  const kept = await Promise.all(
    ids.map((id) =>
      room.readInput(id).then(
        () => true,
        () => false,
      ),
    ),
  )
  expect(kept.at(-1)).toBe(true)
  expect(kept[0]).toBe(false)
  expect([...kept].sort()).toEqual(kept)
  expect(await room.list({ where: { tee: 'snp' } })).toHaveLength(10)
})

test('a machine has one name, which does not tell its serial number', () => {
  const name = nameMachine('snp', judgement.claims)
  expect(name).toMatch(/^snp-[0-9a-f]{24}$/)
  expect(name).not.toContain('abab')
  expect(nameMachine('snp', { snp: { chip_id: 'ac'.repeat(64) } })).not.toBe(name)
  for (const claims of [{}, { snp: null }, { snp: { chip_id: '00'.repeat(64) } }, { snp: { chip_id: 7 } }])
    expect(nameMachine('snp', claims as never)).toBeUndefined()
})
