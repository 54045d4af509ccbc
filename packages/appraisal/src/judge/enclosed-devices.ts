/** Graphics processors inside the evidence of a TDX machine. */
import { claimsOfGpu, parseEnclosedGpuEvidence, verifyEnclosedDevices } from '@veritee/evidence/gpu'
import type { JudgeOptions } from './options.ts'
import type { GenuineEvidence } from './verifier.ts'

/**
 * Verifies every device that came with a report, under the vendor's root, for the question that the machine itself answers.
 * One that fails refuses the machine; one that came without a report is named as not judged. Claims are `nvidia_gpu.N`
 * beside those of the machine.
 *
 * @throws EvidenceError GPU_*, with all checks in `details.checks`
 */
export async function withEnclosedDevices(
  genuine: GenuineEvidence,
  json: unknown,
  { now, trust }: JudgeOptions,
): Promise<GenuineEvidence> {
  const roots = trust?.gpu?.roots
  const { checks, devices } = await verifyEnclosedDevices(
    genuine.checks,
    parseEnclosedGpuEvidence(json),
    genuine.reportData,
    { now, ...(roots === undefined ? {} : { roots }) },
  )
  const claims = devices.flatMap((device, index) => {
    if (device === undefined) return []
    const { report_data: _, ...said } = claimsOfGpu(device.device)
    return [[`nvidia_gpu.${index}`, said] as const]
  })
  const machine = { ...(genuine.claims['tdx'] as object), ...Object.fromEntries(claims) }
  const parts = [genuine, ...devices.filter((device) => device !== undefined)]
  const ends = parts.flatMap(({ expiresAt }) => (expiresAt === undefined ? [] : [expiresAt]))
  return {
    ...genuine,
    checks,
    claims: { ...genuine.claims, tdx: machine },
    simulated: parts.some(({ simulated }) => simulated),
    ...(ends.length === 0 ? {} : { expiresAt: Math.min(...ends) }),
  }
}
