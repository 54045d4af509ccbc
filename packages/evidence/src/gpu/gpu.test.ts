import { decodeHex, encodeHex } from '@veritee/codec/bytes'
import { describe, expect, it } from 'vitest'
import { haveVectors, readVectorJson, readVectorText, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { EvidenceError } from '../errors.ts'
import { claimsOfGpu } from './claims.ts'
import { parseGpuEvidence } from './evidence-json.ts'
import { parseGpuReport } from './report.ts'
import { type GpuTrust, verifyGpuDevice } from './verify.ts'

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
    [4, 'GPU_FIRMWARE_MISMATCH'],
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
    ]) {
      expect(await codeOf(() => parseGpuEvidence(json))).toBe('GPU_EVIDENCE_JSON')
    }
  })
})
