import { decodeHex, encodeHex } from '@veritee/codec/bytes'
import { assembleGpuDraft, createGpuWorld, type GpuDraft, type GpuWorld } from '@veritee/simulator/gpu'
import { describe, expect, it } from 'vitest'
import { haveVectors, readVectorJson, readVectorText, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { EvidenceError } from '../errors.ts'
import { claimsOfGpu } from './claims.ts'
import { parseGpuEvidence } from './evidence-json.ts'
import { parseGpuReport } from './report.ts'
import { checkDistinctDevices, type GpuTrust, verifyGpuDevice } from './verify.ts'

const BASIC_CONSTRAINTS = '2.5.29.19'
const KEY_USAGE = '2.5.29.15'
const NOW = Date.parse('2026-11-01T00:00:00Z') / 1000

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    if (error instanceof EvidenceError) return error.code
    throw error
  }
  return 'accepted'
}

describe.skipIf(!haveVectors)(`a Hopper report${vectorsAbsent}`, () => {
  const report = () => decodeHex(readVectorText('gpu/hopperAttestationReport.txt').trim())
  const chain = (index = 1) => readVectorText(`gpu/hopper_cert_chain_case${index}.txt`)
  const verify = (bytes = report(), pem = chain(), trust: GpuTrust = { now: NOW }) =>
    verifyGpuDevice({ architecture: 'HOPPER', report: parseGpuReport(bytes), chain: pem }, trust)
  const flip = (at: number) => {
    const bytes = report()
    bytes[at]! ^= 1
    return bytes
  }

  it('is genuine under the complete chain, and says what was not checked', async () => {
    const verified = await verify()
    expect(verified.root).toBe('NVIDIA Device Identity CA')
    expect(verified.checks.filter((check) => check.result === 'skip').map((check) => check.code)).toEqual([
      'GPU_REVOCATION_UNCHECKED',
      'GPU_REFERENCE_UNCHECKED',
    ])
    expect(encodeHex(verified.device.report.nonce)).toMatch(/^931d8dd0.*dfcb$/)
  })

  it('GPU_ARCHITECTURE_MISMATCH: the certificates name the chip, whatever the sender says', async () => {
    const verifyAs = (architecture: string) =>
      verifyGpuDevice({ architecture, report: parseGpuReport(report()), chain: chain() }, { now: NOW })
    for (const stated of ['HOPPER', 'Hopper', 'unknown'])
      expect((await verifyAs(stated)).device.architecture, stated).toBe('HOPPER')
    for (const stated of ['BLACKWELL', 'LS10', ''])
      expect(await codeOf(() => verifyAs(stated)), stated).toBe('GPU_ARCHITECTURE_MISMATCH')
  })

  it('gives the claims that are expected of it', () => {
    const expected = readVectorJson<{ config: Record<string, unknown>; measurements: unknown }>(
      'gpu/hopperAttestationReport-claims.txt',
    )
    const claims = claimsOfGpu({ architecture: 'Hopper', report: parseGpuReport(report()), chain: '' })
    expect(claims['measurements']).toEqual(expected.measurements)
    expect(claims['config']).toEqual(expected.config)
  })

  it.each([
    [2, 'GPU_CHAIN_INCOMPLETE'],
    [3, 'GPU_CHAIN_ISSUER'],
    [4, 'GPU_CHAIN_CONSTRAINTS'],
  ])('chain %i is refused with %s', async (index, code) => {
    expect(await codeOf(() => verify(report(), chain(index)))).toBe(code)
  })

  it.each([
    ['GPU_REPORT_MALFORMED', 0],
    ['GPU_REPORT_MALFORMED', 1],
    ['GPU_REPORT_MALFORMED', 38],
    ['GPU_REPORT_MALFORMED', 41],
    ['GPU_REPORT_MALFORMED', 46],
    ['GPU_SIGNATURE_INVALID', 4],
    ['GPU_SIGNATURE_INVALID', 60],
    ['GPU_SIGNATURE_INVALID', 4116],
  ])('%s: byte %i', async (code, at) => {
    expect(await codeOf(() => verify(flip(at)))).toBe(code)
  })

  it('each truncation is refused as malformed', () => {
    const bytes = report()
    for (let end = 0; end < bytes.length; end += 7)
      expect(() => parseGpuReport(bytes.subarray(0, end)), `${end}`).toThrow(EvidenceError)
  })

  it('GPU_CHAIN_DATES, GPU_CHAIN_ROOT, GPU_CHAIN_SIGNATURE', async () => {
    expect(await codeOf(() => verify(report(), chain(), { now: 0 }))).toBe('GPU_CHAIN_DATES')
    expect(await codeOf(() => verify(report(), chain(), { now: NOW, roots: [] }))).toBe('GPU_CHAIN_ROOT')
    const at = chain().indexOf('-----END CERTIFICATE-----') - 12
    const swapped = `${chain().slice(0, at)}${chain()[at] === 'A' ? 'B' : 'A'}${chain().slice(at + 1)}`
    expect(await codeOf(() => verify(report(), swapped))).toBe('GPU_CHAIN_SIGNATURE')
  })

  it('reads evidence JSON, and refuses what is not', async () => {
    const certificate = Buffer.from(chain()).toString('base64')
    const [device] = parseGpuEvidence({
      device_evidence_list: [{ arch: 'HOPPER', evidence: Buffer.from(report()).toString('base64'), certificate }],
    })
    expect((await verifyGpuDevice(device!, { now: NOW })).simulated).toBe(false)
    for (const json of [
      null,
      {},
      { device_evidence_list: [] },
      { device_evidence_list: [{ arch: 'HOPPER', evidence: '!', certificate }] },
      { device_evidence_list: [{ arch: 'HOPPER', uuid: 5, evidence: encodeHex(report()), certificate }] },
    ]) {
      expect(await codeOf(() => parseGpuEvidence(json))).toBe('GPU_EVIDENCE_JSON')
    }
  })
})

describe('a simulated device', () => {
  const world = createGpuWorld({ now: NOW, seed: 'gpu room' })
  const verifyDraft = (edit: (draft: GpuDraft) => void) => {
    const draft = world.draft()
    edit(draft)
    const { report, chain } = assembleGpuDraft(draft)
    return verifyGpuDevice({ architecture: 'HOPPER', report: parseGpuReport(report), chain }, trust)
  }
  const trust = { now: NOW, roots: [world.root] }

  type Extensions = GpuDraft['certificates']['device']['extensions']
  /** The extensions with another value of one. */
  const withValue = (extensions: Extensions, oid: string, hex: string): Extensions => [
    ...extensions.filter((extension) => extension.oid !== oid),
    { oid, critical: true, value: decodeHex(hex) },
  ]

  it.each<[string, (draft: GpuDraft) => void]>([
    [
      'the leaf is an authority',
      ({ certificates: { device } }) => {
        device.extensions = withValue(device.extensions, BASIC_CONSTRAINTS, '30030101ff')
      },
    ],
    [
      'the key of the leaf is for certificates alone',
      ({ certificates: { device } }) => {
        device.extensions = withValue(device.extensions, KEY_USAGE, '03020204')
      },
    ],
    [
      'the leaf has a critical extension that is not known',
      ({ certificates: { device } }) => {
        device.extensions = withValue(device.extensions, '1.2.3.4', '0500')
      },
    ],
    [
      'the root allows no authority below itself',
      ({ certificates: { root } }) => {
        root.extensions = withValue(root.extensions, BASIC_CONSTRAINTS, '30060101ff020100')
      },
    ],
  ])('GPU_CHAIN_CONSTRAINTS: %s', async (_what, edit) => {
    expect(await codeOf(() => verifyDraft(() => {}))).toBe('accepted')
    expect(await codeOf(() => verifyDraft(edit))).toBe('GPU_CHAIN_CONSTRAINTS')
  })

  it('GPU_SENDER_UNCHECKED: what only the sender says is named', async () => {
    const [device] = parseGpuEvidence(world.issueEvidence())
    const named = await verifyGpuDevice(device!, trust)
    expect(named.checks.find(({ id }) => id === 'gpu.sender')).toMatchObject({
      result: 'skip',
      code: 'GPU_SENDER_UNCHECKED',
      message: expect.stringContaining('uuid') as string,
    })
    const { uuid: _, ...bare } = device!
    expect((await verifyGpuDevice(bare, trust)).checks.some(({ id }) => id === 'gpu.sender')).toBe(false)
  })

  it('GPU_DEVICE_REPEATED: two reports of one device are not two devices', async () => {
    const other = createGpuWorld({ now: NOW, seed: 'another device' })
    const issue = async (from: GpuWorld, driverVersion: string) =>
      verifyGpuDevice(parseGpuEvidence(from.issueEvidence({ driverVersion }))[0]!, { now: NOW, roots: [from.root] })
    const [first, again, second] = [await issue(world, '1'), await issue(world, '2'), await issue(other, '1')]
    expect(await codeOf(() => checkDistinctDevices([first, second]))).toBe('accepted')
    expect(await codeOf(() => checkDistinctDevices([first, second, again]))).toBe('GPU_DEVICE_REPEATED')
  })
})
