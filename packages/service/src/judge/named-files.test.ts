import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { ServiceError } from '../errors.ts'
import { listNamedFiles, parseNamedFile, readNamedFile } from './named-files.ts'

describe('files that the configuration names', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'veritee-files-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  })

  test('a file names itself, a directory its files of collateral in order', () => {
    for (const name of ['b.json', 'a.json', 'crl.der', 'notes.txt']) writeFileSync(join(directory, name), name)
    expect(listNamedFiles(join(directory, 'b.json'), 'k')).toEqual([join(directory, 'b.json')])
    expect(listNamedFiles(directory, 'k')).toEqual(['a.json', 'b.json', 'crl.der'].map((name) => join(directory, name)))
    expect(readNamedFile(join(directory, 'a.json'), 'k')).toBe('a.json')
  })

  test('SERVICE_FILE_UNREADABLE: absent, a directory as a file, a directory without bundles; names the key', () => {
    const empty = join(directory, 'empty')
    mkdirSync(empty)
    const unreadable = expect.objectContaining({
      code: 'SERVICE_FILE_UNREADABLE',
      details: expect.objectContaining({ path: 'k' }),
    })
    expect(() => readNamedFile(join(directory, 'absent'), 'k')).toThrow(unreadable)
    expect(() => readNamedFile(empty, 'k')).toThrow(unreadable)
    expect(() => listNamedFiles(join(directory, 'absent'), 'k')).toThrow(unreadable)
    expect(() => listNamedFiles(empty, 'k')).toThrow(unreadable)
  })

  test('SERVICE_FILE_INVALID: says what the reader of the format said', () => {
    const path = join(directory, 'x')
    writeFileSync(path, 'text')
    const parse = () => {
      throw new ServiceError('SERVICE_SECRET_EMPTY', 'it is empty')
    }
    expect(() => parseNamedFile(path, 'k', parse)).toThrow(
      expect.objectContaining({
        code: 'SERVICE_FILE_INVALID',
        message: `k: ${path}: it is empty`,
        details: expect.objectContaining({ reason: 'SERVICE_SECRET_EMPTY' }),
      }),
    )
  })
})
