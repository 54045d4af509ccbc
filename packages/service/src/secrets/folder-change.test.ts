import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createAuditLog } from '../audit/index.ts'
import { createMemoryStore } from '../store/index.ts'
import { commitSecret } from './commit.ts'
import { finishFileChanges, stageFileChange } from './folder-change.ts'

const NAME = 'default/key/disk'
const NEW = new TextEncoder().encode('new')
const EVENT = {
  actor: { kind: 'administrator', id: 'x' },
  action: 'secret.write',
  object: NAME,
  outcome: 'done',
} as const

function open() {
  const root = mkdtempSync(join(tmpdir(), 'veritee-folder-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const folder = join(root, 'default', 'key')
  const path = join(folder, 'disk')
  mkdirSync(folder, { recursive: true })
  writeFileSync(path, 'old')
  const store = createMemoryStore()
  const audit = createAuditLog(store, () => 1)
  return {
    root,
    path,
    store,
    audit,
    names: () => readdirSync(folder),
    content: () => readFileSync(path, 'utf8'),
    entries: async () => (await audit.list({})).map(({ outcome }) => outcome),
    pending: () => store.list('secret-file/'),
  }
}

test('a change is seen once its audit entry is written, and leaves nothing behind', async () => {
  const { root, store, audit, names, content, pending } = open()
  const staged = stageFileChange(store, root, NAME, NEW)
  expect([content(), names()]).toEqual(['old', [expect.stringMatching(/^\.disk\..*\.draft$/), 'disk']])
  expect(await commitSecret(audit, staged, EVENT)).toBe(1)
  expect([content(), names(), await pending()]).toEqual(['new', ['disk'], []])
})

test('without its audit entry nothing is changed', async () => {
  const { root, store, audit, names, content, entries } = open()
  const staged = stageFileChange(store, root, NAME, NEW)
  const write = () => Promise.reject(new Error('the disk is full'))
  await expect(commitSecret(audit, { ...staged, write }, EVENT)).rejects.toThrow('the disk is full')
  expect([content(), names(), await entries()]).toEqual(['old', ['disk'], []])
})

test.each([
  ['written', NEW, 'new'],
  ['deleted', undefined, undefined],
])('what the log tells of is made at the next start, when a crash came between: %s', async (_name, change, after) => {
  const { root, store, audit, path, names, pending } = open()
  const staged = stageFileChange(store, root, NAME, change)
  await audit.commit(EVENT, (access) => staged.write(access))
  expect(readFileSync(path, 'utf8')).toBe('old')
  expect(await finishFileChanges(store, root)).toEqual([NAME])
  expect(existsSync(path) ? readFileSync(path, 'utf8') : undefined).toBe(after)
  expect([names(), await pending()]).toEqual([after === undefined ? [] : ['disk'], []])
  await staged.finish()
  expect(await finishFileChanges(store, root)).toEqual([])
})

test('a file that was put there since is not deleted by a change from before', async () => {
  const { root, store, audit, path, content, pending } = open()
  const staged = stageFileChange(store, root, NAME)
  await audit.commit(EVENT, (access) => staged.write(access))
  writeFileSync(path, 'another')
  expect(await finishFileChanges(store, root)).toEqual([])
  expect([content(), await pending()]).toEqual(['another', []])
})

test('SERVICE_STORE_UNAVAILABLE: a change that cannot be made is refused, and not made later', async () => {
  const { root, store, audit, path, names } = open()
  const staged = stageFileChange(store, root, NAME, NEW)
  rmSync(path)
  mkdirSync(path)
  await expect(commitSecret(audit, staged, EVENT)).rejects.toMatchObject({ code: 'SERVICE_STORE_UNAVAILABLE' })
  expect(names()).toEqual(['disk'])
  expect(await finishFileChanges(store, root)).toEqual([])
})
