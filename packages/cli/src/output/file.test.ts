import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { expectAbsent, makeFolder, writeOutput } from './file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'veritee-output-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const at = (name: string) => join(folder, name)
const codeOf = (work: () => void): unknown => {
  try {
    work()
    return 'done'
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}

test('a file gets its name when it is whole, and nothing else stays', () => {
  writeOutput(at('quote.dat'), new Uint8Array([1, 2, 3]))
  expect([...readFileSync(at('quote.dat'))]).toEqual([1, 2, 3])
  expect(readdirSync(folder)).toEqual(['quote.dat'])
})

test('a replaced file hands on its permissions', () => {
  writeFileSync(at('policy.json'), 'before')
  chmodSync(at('policy.json'), 0o600)
  writeOutput(at('policy.json'), 'after')
  expect(statSync(at('policy.json')).mode & 0o777).toBe(0o600)
  expect(readFileSync(at('policy.json'), 'utf8')).toBe('after')
})

test('CLI_FILE_EXISTS: a new file replaces none', () => {
  writeFileSync(at('secret'), 'before')
  expect(codeOf(() => writeOutput(at('secret'), 'after', { isNew: true, mode: 0o600 }))).toBe('CLI_FILE_EXISTS')
  expect(codeOf(() => expectAbsent(at('secret')))).toBe('CLI_FILE_EXISTS')
  expect(readFileSync(at('secret'), 'utf8')).toBe('before')
  expect(readdirSync(folder)).toEqual(['secret'])
})

test('a new secret is for its owner alone', () => {
  writeOutput(at('secret'), 'bytes', { isNew: true, mode: 0o600 })
  expect(statSync(at('secret')).mode & 0o777).toBe(0o600)
})

test('a symbolic link is replaced, and what it leads to stays', () => {
  writeFileSync(at('elsewhere'), 'before')
  symlinkSync(at('elsewhere'), at('out'))
  writeOutput(at('out'), 'after')
  expect(readFileSync(at('elsewhere'), 'utf8')).toBe('before')
  expect(readFileSync(at('out'), 'utf8')).toBe('after')
})

test('CLI_FILE_EXISTS: a new file does not go where a dangling link leads', () => {
  symlinkSync(at('nowhere'), at('out'))
  expect(codeOf(() => writeOutput(at('out'), 'bytes', { isNew: true }))).toBe('CLI_FILE_EXISTS')
  expect(readdirSync(folder)).toEqual(['out'])
})

test('a device is written to and stays one', () => {
  writeOutput('/dev/null', 'bytes')
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
})

test('CLI_FILE_UNWRITABLE: no folder, a folder, a name below a file', () => {
  writeFileSync(at('file'), '')
  for (const path of [at('absent/out'), folder, at('file/out')]) {
    expect(codeOf(() => writeOutput(path, 'bytes'))).toBe('CLI_FILE_UNWRITABLE')
  }
  expect(readdirSync(folder)).toEqual(['file'])
})

test('CLI_FILE_UNWRITABLE: a folder where none can be made, at once', () => {
  makeFolder(at('a/b/c'))
  expect(statSync(at('a/b/c')).isDirectory()).toBe(true)
  expect(codeOf(() => makeFolder('/proc/veritee/world'))).toBe('CLI_FILE_UNWRITABLE')
})
