/** Devices whose evidence stands inside that of their machine. */
import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import { Checks } from '../result/checks.ts'
import type { Check } from '../result/index.ts'
import { GpuError } from './codes.ts'
import type { GpuDevice } from './types.ts'
import { checkDistinctDevices, type GpuTrust, type VerifiedGpu, verifyGpuDevice } from './verify.ts'

/** What became of the devices of one machine. */
export interface EnclosedDevices {
  /** In the order of the evidence; undefined for what came without a report. */
  readonly devices: readonly (VerifiedGpu | undefined)[]
  readonly checks: readonly Check[]
}

/**
 * Verifies the devices inside the evidence of a machine that was verified before, and adds to the checks made then. Each
 * must have been asked with the first 32 bytes of the report data of the machine.
 *
 * @throws EvidenceError GPU_*, with all checks in `details.checks`
 */
export async function verifyEnclosedDevices(
  before: readonly Check[],
  devices: readonly (GpuDevice | undefined)[],
  reportData: Uint8Array,
  trust: GpuTrust,
): Promise<EnclosedDevices> {
  const checks = new Checks(before)
  const verified: (VerifiedGpu | undefined)[] = []
  for (const [index, device] of devices.entries()) {
    const id = `gpuEvidence[${index}]`
    if (device === undefined) {
      const message = 'The device came without a report or without its certificates, so it was not judged.'
      checks.skip(id, 'GPU_REPORT_ABSENT', message)
      verified.push(undefined)
      continue
    }
    const own = await checks.wait(id, () => verifyGpuDevice(device, trust))
    checks.take(own.checks.map((check) => ({ ...check, id: `${id}.${check.id}` })))
    checks.check(`${id}.question`, () => checkQuestion(device, reportData))
    verified.push(own)
  }
  checks.check('gpuEvidence.devices', () => checkDistinctDevices(verified.filter((device) => device !== undefined)))
  return { devices: verified, checks: checks.made }
}

function checkQuestion({ report }: GpuDevice, reportData: Uint8Array): void {
  const asked = reportData.subarray(0, report.nonce.length)
  if (equalBytes(report.nonce, asked)) return
  throw new GpuError('GPU_QUESTION_DIFFERS', undefined, {
    details: { path: 'nonce', expected: encodeHex(asked), actual: encodeHex(report.nonce) },
  })
}
