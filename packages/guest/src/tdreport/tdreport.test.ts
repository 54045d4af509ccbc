import { describe, expect, test } from 'vitest'
import { createPlainDevice, DEVICE_TOOLS } from '../../../../testkit/plain-device.ts'
import type { RunProgram } from '../device/run.ts'
import { readTdReport } from './device.ts'

const REPORT_DATA = Uint8Array.of(1, 2, 3)

describe('TDREPORT from the device', () => {
  test('passes report data with zeros behind it and returns the report', async () => {
    const calls: [string, Uint8Array][] = []
    const run: RunProgram = async (program, args, input) => {
      calls.push([`${program} ${args.at(-1)}`, input])
      return { status: 0, stdout: new Uint8Array(1024).fill(7), stderr: '' }
    }
    expect(await readTdReport(REPORT_DATA, { run })).toEqual(new Uint8Array(1024).fill(7))
    expect(calls).toHaveLength(1)
    expect(calls[0]![0]).toBe('/usr/bin/python3 /dev/tdx_guest')
    expect(calls[0]![1]).toEqual(Uint8Array.from({ length: 64 }, (_, index) => REPORT_DATA[index] ?? 0))
  })

  test('takes the second tool where the first is not installed', async () => {
    const run: RunProgram = async (program) =>
      program.endsWith('perl')
        ? { status: 0, stdout: new Uint8Array(1024), stderr: '' }
        : { status: undefined, stdout: new Uint8Array(), stderr: 'ENOENT' }
    expect(await readTdReport(REPORT_DATA, { run })).toHaveLength(1024)
  })

  test('says which device and tool refused, and why', async () => {
    await expect(readTdReport(REPORT_DATA, { devices: ['/nonexistent/tdx_guest'] })).rejects.toMatchObject({
      code: 'GUEST_ATTESTER_UNAVAILABLE',
      details: { actual: [expect.stringContaining('/nonexistent/tdx_guest')] },
    })
  })

  test.each(DEVICE_TOOLS)('a file that is no device is refused through %s', async (tool) => {
    const { path, run, outcomes } = createPlainDevice('tdx_guest', tool)
    await expect(readTdReport(REPORT_DATA, { devices: [path], run })).rejects.toMatchObject({
      code: 'GUEST_ATTESTER_UNAVAILABLE',
    })
    // The script ran as far as the kernel's refusal: this ioctl is not one of a plain file.
    expect(outcomes).toEqual([expect.stringMatching(/^3 .*(ioctl|device)/i)])
  })

  test.each([0, 65])('refuses report data of %i bytes', async (length) => {
    await expect(readTdReport(new Uint8Array(length))).rejects.toMatchObject({
      code: 'GUEST_ATTESTER_REPORT_DATA_INVALID',
    })
  })
})
