import { encodeUtf8 } from '@veritee/codec/bytes'
import { describe, expect, test } from 'vitest'
import { createMemoryStore } from '../store/index.ts'
import { AUDIT_GENESIS, type AuditEntry, type AuditEvent } from './entry.ts'
import { parseAuditHead, verifyAuditHead } from './head.ts'
import { auditKey, createAuditLog } from './log.ts'
import { verifyAuditChain } from './verify.ts'

const event = (object: string): AuditEvent => ({
  actor: { kind: 'service', id: 'test' },
  action: 'secret.write',
  object,
  outcome: 'done',
})

async function write(count: number) {
  const store = createMemoryStore()
  const clock = { now: 1000 }
  const log = createAuditLog(store, () => clock.now++)
  for (let index = 0; index < count; index++) await log.record(event(`a/b/${index}`))
  return { store, log, clock, entries: await log.list({}) }
}

describe('audit log', () => {
  test('one chain, however many write at once and through however many logs', async () => {
    const { store, log } = await write(0)
    const other = createAuditLog(store, () => 5)
    await Promise.all(
      Array.from({ length: 300 }, (_, index) => (index % 2 === 0 ? log : other).record(event(`o/${index}`))),
    )
    expect(await verifyAuditChain(log.follow(0))).toMatchObject({ intact: true, count: 300 })
    expect(await log.list({ where: { object: 'o/7' } })).toHaveLength(1)
    expect(
      await verifyAuditChain(log.follow(100, 200), {
        after: { seq: 100, hash: (await log.list({ limit: 100 })).at(-1)?.hash ?? '' },
      }),
    ).toMatchObject({ intact: true, count: 100, first: 101 })
  })

  test('a change that fails leaves no entry, an entry that fails no change', async () => {
    const { store, log } = await write(1)
    const failing = log.commit(event('x'), async (access) => {
      await access.put('x', new Uint8Array())
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await store.get('x')).toBeUndefined()
    expect((await log.readHead()).seq).toBe(1)
  })

  test('text that JSON cannot carry is replaced, and the chain holds', async () => {
    const { log } = await write(0)
    await log.record({ ...event('a'), reason: 'broken \ud800 text\u0000' })
    const entries = await log.list({})
    expect(entries[0]?.reason).toBe('broken \ufffd text\u0000')
    expect(await verifyAuditChain(entries)).toMatchObject({ intact: true })
  })

  test('SERVICE_AUDIT_BROKEN: an entry that is no JSON', async () => {
    const { store, log } = await write(3)
    await store.put(auditKey(2), encodeUtf8('{broken'))
    await expect(log.list({})).rejects.toMatchObject({ code: 'SERVICE_AUDIT_BROKEN' })
  })
})

describe('audit chain', () => {
  const tampered: [string, string, (entries: AuditEntry[]) => AuditEntry[]][] = [
    ['a changed member', 'hash', (e) => e.map((entry, i) => (i === 2 ? { ...entry, object: 'other' } : entry))],
    ['an added member', 'hash', (e) => e.map((entry, i) => (i === 2 ? { ...entry, extra: 1 } : entry))],
    ['a changed time', 'hash', (e) => e.map((entry, i) => (i === 2 ? { ...entry, time: 1 } : entry))],
    ['a missing entry', 'gap', (e) => e.filter((_, i) => i !== 2)],
    ['a missing first entry', 'gap', (e) => e.slice(1)],
    ['two entries exchanged', 'gap', (e) => [e[0], e[2], e[1], e[3], e[4]] as AuditEntry[]],
    ['an entry twice', 'gap', (e) => [...e.slice(0, 3), ...e.slice(2)]],
    [
      'another entry before it',
      'prev',
      (e) => e.map((entry, i) => (i === 2 ? { ...entry, prev: AUDIT_GENESIS } : entry)),
    ],
    ['no entry at all', 'malformed', (e) => [e[0], null, ...e.slice(2)] as unknown as AuditEntry[]],
    [
      'a value that is no JSON',
      'hash',
      (e) => e.map((entry, i) => (i === 2 ? { ...entry, detail: { n: Number.NaN } } : entry)),
    ],
  ]
  test.each(tampered)('%s is found: %s', async (_name, what, tamper) => {
    const { entries } = await write(5)
    expect(await verifyAuditChain(entries)).toMatchObject({ intact: true, count: 5, clockSetBack: 0 })
    const report = await verifyAuditChain(tamper(entries))
    expect(report.intact).toBe(false)
    expect(report.broken?.what).toBe(what)
    expect(report.broken?.seq).toBeLessThanOrEqual(4)
  })

  test('a log that was rewritten whole or cut is found by a head that was kept', async () => {
    const { entries } = await write(5)
    const { entries: rewritten } = await write(5).then(async ({ log }) => {
      await log.record(event('more'))
      return { entries: (await log.list({})).slice(1) }
    })
    const head = { seq: 5, hash: entries[4]?.hash ?? '' }
    expect(await verifyAuditChain(entries, { head })).toMatchObject({ intact: true })
    expect(await verifyAuditChain(entries.slice(0, 4), { head })).toMatchObject({ broken: { what: 'head', seq: 5 } })
    expect((await verifyAuditChain(rewritten, { head })).intact).toBe(false)
    expect(await verifyAuditChain(entries, { head: { seq: 3, hash: AUDIT_GENESIS } })).toMatchObject({
      broken: { what: 'head', seq: 3 },
    })
  })
})

describe('a head that was kept', () => {
  const head = { seq: 1, hash: 'ab'.repeat(32), time: 1000, signature: 'a.b.c' }

  test('is read as it was written', () => {
    expect(parseAuditHead(JSON.stringify(head))).toEqual(head)
  })

  test.each(['', '[]', '{}', JSON.stringify({ ...head, seq: '1' }), JSON.stringify({ ...head, hash: 'AB' })])(
    'SERVICE_AUDIT_HEAD_INVALID: %j',
    (text) => {
      expect(() => parseAuditHead(text)).toThrow(expect.objectContaining({ code: 'SERVICE_AUDIT_HEAD_INVALID' }))
    },
  )

  test.each(['', 'no key', '{"keys":[]}', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'])(
    'SERVICE_AUDIT_HEAD_INVALID: the key %j',
    async (keys) => {
      await expect(verifyAuditHead(head, keys)).rejects.toMatchObject({ code: 'SERVICE_AUDIT_HEAD_INVALID' })
    },
  )
})
