import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createLogger } from '../log/index.ts'
import { createKeyWatch } from '../upkeep.ts'
import { openKeyRing } from './key-ring.ts'

const NOW = 1_790_000_000

function open() {
  const root = mkdtempSync(join(tmpdir(), 'veritee-ring-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const directory = join(root, 'keys')
  const clock = { now: NOW }
  const ring = openKeyRing({
    directory,
    now: () => clock.now,
    overlapSeconds: { token: 100, flat: 100, challenge: 100, handshake: 100 },
  })
  const ids = () => [ring.tokens(), ring.handshakes(), ring.storage()].map(([{ id }]) => id)
  return { directory, ring, clock, ids }
}

describe('a key directory that went away', () => {
  test.each([
    ['gone', (directory: string) => renameSync(directory, `${directory}.away`)],
    [
      'empty, as a place where nothing is mounted any more',
      (directory: string) => {
        renameSync(directory, `${directory}.away`)
        mkdirSync(directory, { mode: 0o700 })
      },
    ],
  ])('%s: SERVICE_FILE_UNREADABLE, the keys stay, and none are made', (_name, away) => {
    const { directory, ring, ids } = open()
    const before = ids()
    away(directory)
    for (const read of [ring.reloadChanged, ring.reload, ring.prepare])
      expect(read).toThrow(expect.objectContaining({ code: 'SERVICE_FILE_UNREADABLE' }))
    expect(ids()).toEqual(before)
    rmSync(directory, { recursive: true, force: true })
    renameSync(`${directory}.away`, directory)
    ring.reloadChanged()
    expect(ids()).toEqual(before)
  })

  test('is told once, and once more when it is back', () => {
    const { directory, ring } = open()
    const lines: string[] = []
    const watch = createKeyWatch(ring, createLogger('info', { write: (line) => void lines.push(line) }))
    const told = () => lines.map((line) => (JSON.parse(line) as { level: string }).level)
    renameSync(directory, `${directory}.away`)
    for (let round = 0; round < 3; round++) watch()
    expect(told()).toEqual(['error'])
    renameSync(`${directory}.away`, directory)
    for (let round = 0; round < 3; round++) watch()
    expect(told()).toEqual(['error', 'info'])
  })
})

test('what is read in two steps is in use after the second', () => {
  const { directory, ring, ids } = open()
  const other = open()
  const before = ids()
  for (const name of readdirSync(directory)) rmSync(join(directory, name))
  for (const name of readdirSync(other.directory)) renameSync(join(other.directory, name), join(directory, name))
  const use = ring.prepare()
  expect(ids()).toEqual(before)
  use()
  expect(ids()).toEqual(other.ids())
})

test('the first key of a use goes when others have taken its place', () => {
  const { directory, ring, clock } = open()
  const { id } = ring.add('storage', clock.now)
  rmSync(join(directory, 'storage.key'))
  ring.reloadChanged()
  expect(ring.storage().map((key) => key.id)).toEqual([id])
  expect(readdirSync(directory)).not.toContain('storage.key')
})

test('a storage key is used by every replica at once, also where the clock is behind', () => {
  const { directory, ring, clock } = open()
  const behind = openKeyRing({
    directory,
    now: () => clock.now - 600,
    overlapSeconds: { token: 100, flat: 100, challenge: 100, handshake: 100 },
  })
  const { id } = ring.add('storage', clock.now)
  behind.reloadChanged()
  expect(behind.storage()[0].id).toBe(id)
  const token = ring.add('token', clock.now)
  behind.reloadChanged()
  expect(behind.tokens()[0].id).not.toBe(token.id)
})
