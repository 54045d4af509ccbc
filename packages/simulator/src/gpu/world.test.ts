import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import { EVIDENCE_ERRORS } from '@veritee/evidence'
import { claimsOfGpu, type GpuDevice, parseGpuEvidence, parseGpuReport, verifyGpuDevice } from '@veritee/evidence/gpu'
import { expect, test } from 'vitest'
import { createGpuWorld, GPU_BREAKAGES, GPU_UNBREAKABLE, type GpuCase, loadGpuWorld, saveGpuWorld } from './index.ts'

const NOW = 1_790_000_000
const world = createGpuWorld({ now: NOW, seed: 'device' })

function parseCase({ report, chain, evidence }: GpuCase): GpuDevice {
  if (evidence !== undefined) return parseGpuEvidence(evidence)[0]!
  return { architecture: 'HOPPER', report: parseGpuReport(report), chain }
}

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
    return 'verified'
  } catch (error) {
    if (!isCodedError(error)) throw error
    return error.code
  }
}

test('evidence is genuine and simulated', async () => {
  const issued = parseJson(JSON.stringify(world.issueEvidence({ nonce: 'c0ffee', driverVersion: '570.1' })))
  const [device] = parseGpuEvidence(issued)
  const verified = await verifyGpuDevice(device!, { now: NOW, roots: [world.root] })
  expect(verified).toMatchObject({ simulated: true, root: 'Veritee simulated device root' })
  expect(claimsOfGpu(device!)).toMatchObject({
    report_data: `c0ffee${'00'.repeat(29)}`,
    config: { driver_version: '570.1', vbios_version: '96.00.9f.00.01', chip_sku: 'SIMULATED' },
  })
})

test('GPU_CHAIN_ROOT: nobody trusts it unasked', async () => {
  const [device] = parseGpuEvidence(world.issueEvidence())
  expect(await codeOf(() => verifyGpuDevice(device!, { now: NOW }))).toBe('GPU_CHAIN_ROOT')
})

test.each(GPU_BREAKAGES)('$code: $title', async ({ code, apply }) => {
  const made = apply(world)
  expect(await codeOf(async () => verifyGpuDevice(parseCase(made), { now: made.now, roots: [made.root] }))).toBe(code)
})

test('every code of the GPU room has one broken case, or a reason why no report raises it', () => {
  const room = Object.keys(EVIDENCE_ERRORS).filter((code) => code.startsWith('GPU_'))
  const covered = [...GPU_BREAKAGES.map(({ code }) => code), ...Object.keys(GPU_UNBREAKABLE)]
  expect(covered.toSorted()).toEqual(room.toSorted())
})

test('is the same when loaded', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'gpu-world-'))
  try {
    await saveGpuWorld(world, directory)
    expect((await loadGpuWorld(directory, NOW)).issueEvidence()).toEqual(world.issueEvidence())
  } finally {
    await rm(directory, { recursive: true })
  }
})
