/** OpenSSL's opinion of the SM2 signatures of a simulated Hygon world, with the user id of the issuer. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { concatBytes, reverseBytes } from '@veritee/codec/bytes'
import { encodePem } from '@veritee/codec/pem'
import { importPublicKey } from '@veritee/codec/signature'
import { afterAll, describe, expect, test } from 'vitest'
import { encodeDerSignature } from '../crypto/key.ts'
import { createCsvWorld } from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'csv-oracle-'))
afterAll(() => rmSync(directory, { recursive: true }))

function file(name: string, content: string | Uint8Array): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

function openssl(...parameters: readonly string[]): string {
  const { stdout, stderr } = spawnSync('openssl', parameters, { encoding: 'utf8' })
  return `${stdout ?? ''}${stderr ?? ''}`
}

const haveSm2 = openssl('list', '-public-key-algorithms').includes('SM2')
const absent = haveSm2 ? '' : ' (skipped: openssl is not installed or has no SM2)'

describe.skipIf(!haveSm2)(`OpenSSL${absent}`, () => {
  const world = createCsvWorld({ now: 1_790_000_000, seed: 'oracle' })
  const { keys } = world.draft()
  const [hsk, cek] = [world.hskCek.subarray(0, 832), world.hskCek.subarray(832)]
  const report = world.issueReport({ version: 2 })

  function verify(point: Uint8Array, userId: Uint8Array, signed: Uint8Array, stored: Uint8Array): string {
    const halves = [stored.subarray(0, 32), stored.subarray(72, 104)].map((half) => reverseBytes(half))
    const { spki } = importPublicKey({ kind: 'ec-point', curve: 'SM2', point })
    return openssl(
      'pkeyutl',
      ...['-verify', '-pubin', '-inkey', file('key.pem', encodePem('PUBLIC KEY', spki))],
      ...['-rawin', '-digest', 'sm3', '-pkeyopt', `distid:${new TextDecoder().decode(userId)}`],
      ...['-in', file('signed', signed), '-sigfile', file('signature', encodeDerSignature(concatBytes(...halves)))],
    )
  }

  test.each([
    ['the HSK under the HRK', keys.hrk, hsk.subarray(0, 576), hsk.subarray(576)],
    ['the CEK under the HSK', keys.hsk, cek.subarray(0, 1044), cek.subarray(1052)],
    ['a report under the PEK', keys.pek, report.subarray(0, 0x400), report.subarray(0x400)],
  ] as const)('accepts %s, and not under another user id', (_, { point, userId }, signed, stored) => {
    expect(verify(point, userId, signed, stored)).toContain('Signature Verified Successfully')
    expect(verify(point, keys.stranger.userId, signed, stored)).not.toContain('Successfully')
  })
})
