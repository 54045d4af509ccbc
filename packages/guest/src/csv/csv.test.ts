/** The device does not exist on a machine that is no CSV guest: a simulated chip answers in its place. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { concatBytes, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { sm3 } from '@veritee/codec/sm'
import { parseCsvEvidence, parseHskCek, verifyCsvEvidence } from '@veritee/evidence/csv'
import { createCsvWorld } from '@veritee/simulator/csv'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createPlainDevice, DEVICE_TOOLS } from '../../../../testkit/plain-device.ts'
import type { RunProgram } from '../device/run.ts'
import { createCsvAttester } from './index.ts'

const world = createCsvWorld({ now: 1_790_000_000, seed: 'guest' })
const REPORT_DATA = Uint8Array.of(1, 2, 3)
const field = concatBytes(REPORT_DATA, new Uint8Array(61))
const absent = '/nonexistent/CCEL'

interface Chip {
  /** The newest report version that its firmware has. */
  readonly newest?: 1 | 2
  /** Whether it refuses a request for a newer one, or answers it with what it has. */
  readonly strict?: boolean
  readonly change?: (page: Uint8Array) => Uint8Array
  readonly nonce?: Uint8Array
}

/** Programs that a chip answers, and the requests they passed on. */
function chip({ newest = 2, strict = false, change = (page) => page, nonce }: Chip = {}) {
  const requests: Uint8Array[] = []
  const run: RunProgram = async (_program, _args, input) => {
    requests.push(input)
    const asked = input.length === 132 ? 2 : 1
    if (asked > newest && strict) return { status: 3, stdout: new Uint8Array(), stderr: 'Invalid argument' }
    const mnonce = nonce ?? input.subarray(64, 80)
    const version = asked > newest ? 1 : asked
    const page = world.issueFirmwareReport({ version, reportData: input.subarray(0, 64), mnonce })
    return { status: 0, stdout: change(page), stderr: '' }
  }
  return { requests, attester: createCsvAttester({ run, eventLogPath: absent }) }
}

const judge = (evidence: object) =>
  verifyCsvEvidence(parseCsvEvidence(evidence), { chips: [parseHskCek(world.hskCek)], roots: [world.root] })

describe('evidence of a CSV guest', () => {
  test.each<[string, Chip, 1 | 2, number]>([
    ['firmware with version 2', {}, 2, 1],
    ['firmware that answers with version 1', { newest: 1 }, 1, 1],
    ['firmware that refuses what it does not know', { newest: 1, strict: true }, 1, 2],
  ])('%s', async (_what, firmware, version, asked) => {
    const { attester, requests } = chip(firmware)
    const evidence = await attester.collect(REPORT_DATA)
    const { report } = judge(evidence).evidence
    expect(report).toMatchObject({ version, holdsSealingKey: false, serialNumber: 'SIMULATED0001' })
    expect(encodeHex(report.reportData)).toBe(encodeHex(field))
    expect(requests).toHaveLength(asked)
    // Key and serial number stand in the clear, as verifiers of both forks look for them.
    const { data } = evidence['attestation_report'] as { data: number[] }
    expect(new TextDecoder().decode(Uint8Array.from(data))).toContain('SIMULATED0001')
  })

  test('the request is report data, a nonce, the hash of both, and what asks for version 2', async () => {
    const { attester, requests } = chip()
    await attester.collect(REPORT_DATA)
    await attester.collect(REPORT_DATA)
    const [first, second] = requests as [Uint8Array, Uint8Array]
    expect(first.subarray(0, 64)).toEqual(field)
    expect(first.subarray(80, 112)).toEqual(sm3(first.subarray(0, 80)))
    expect(first.subarray(112)).toEqual(concatBytes(encodeUtf8('ATTESTATION_EXT\0'), Uint8Array.of(1, 0, 0, 0)))
    expect(encodeHex(first.subarray(64, 80))).not.toBe(encodeHex(second.subarray(64, 80)))
  })

  test('carries the event log where the firmware has one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'veritee-ccel-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'CCEL'), 'events')
    const run: RunProgram = async (_program, _args, input) => ({
      status: 0,
      stdout: world.issueFirmwareReport({ version: 2, reportData: field, mnonce: input.subarray(64, 80) }),
      stderr: '',
    })
    const evidence = await createCsvAttester({ run, eventLogPath: join(folder, 'CCEL') }).collect(REPORT_DATA)
    expect(evidence['cc_eventlog']).toBe(Buffer.from('events').toString('base64'))
  })

  test.each<[string, Chip]>([
    ['a report for another nonce', { nonce: new Uint8Array(16).fill(7) }],
    ['a report that was changed on the way', { change: (page) => page.with(0x490 + 20, page[0x490 + 20]! ^ 1) }],
    ['a report for other report data', { change: (page) => page.with(0x40, page[0x40]! ^ 1) }],
  ])('GUEST_ATTESTER_QUOTE_FAILED: %s', async (_what, firmware) => {
    await expect(chip(firmware).attester.collect(REPORT_DATA)).rejects.toMatchObject({
      code: 'GUEST_ATTESTER_QUOTE_FAILED',
    })
  })

  test('GUEST_ATTESTER_UNAVAILABLE: says which device and tool refused, and why', async () => {
    const attester = createCsvAttester({ devices: ['/nonexistent/csv-guest'] })
    await expect(attester.collect(REPORT_DATA)).rejects.toMatchObject({
      code: 'GUEST_ATTESTER_UNAVAILABLE',
      details: { actual: [expect.stringContaining('/nonexistent/csv-guest')] },
    })
  })

  test.each(DEVICE_TOOLS)('a file that is no device is refused through %s', async (tool) => {
    const { path, run, outcomes } = createPlainDevice('csv-guest', tool)
    await expect(createCsvAttester({ devices: [path], run }).collect(REPORT_DATA)).rejects.toMatchObject({
      code: 'GUEST_ATTESTER_UNAVAILABLE',
    })
    // The script ran as far as the kernel's refusal, once for each request: this ioctl is not one of a plain file.
    expect(outcomes).toEqual([expect.stringMatching(/^3 .*(ioctl|device)/i), expect.stringMatching(/^3 /)])
  })

  test.each([0, 65])('GUEST_ATTESTER_REPORT_DATA_INVALID: %i bytes', async (length) => {
    await expect(chip().attester.collect(new Uint8Array(length))).rejects.toMatchObject({
      code: 'GUEST_ATTESTER_REPORT_DATA_INVALID',
    })
  })
})
