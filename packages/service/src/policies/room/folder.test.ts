import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openPolicyFiles } from './folder.ts'

/** Somebody who owns nothing: to root every file is writable. */
const NOBODY = 65534

function asNobody(work: () => void): void {
  const isRoot = process.getuid?.() === 0
  if (isRoot) process.seteuid?.(NOBODY)
  try {
    work()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
}

test('SERVICE_POLICY_FILE: what cannot be written is left as it was', () => {
  const folder = mkdtempSync(join(tmpdir(), 'veritee-policies-'))
  onTestFinished(() => {
    chmodSync(folder, 0o700)
    rmSync(folder, { recursive: true })
  })
  writeFileSync(join(folder, 'default.rego'), 'package policy')
  const files = openPolicyFiles(folder)
  expect(() => files.expectWritable('default')).not.toThrow()
  const refused = expect.objectContaining({ code: 'SERVICE_POLICY_FILE' })
  expect(() => files.expectWritable('absent')).toThrow(refused)
  chmodSync(folder, 0o555)
  asNobody(() => {
    expect(() => files.write('default', 'package other')).toThrow(refused)
    expect(files.read('default')?.text).toBe('package policy')
  })
  expect(readdirSync(folder)).toEqual(['default.rego'])
})
