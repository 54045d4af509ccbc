/** Graphics processors inside the evidence of a TDX machine, as its attestation agent collects them. */
import { encodeBase64, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { parseDcapCollateral, parseDcapRoot } from '@veritee/evidence/dcap'
import { createDcapWorld } from '@veritee/simulator'
import { createGpuWorld, type GpuWorld } from '@veritee/simulator/gpu'
import { describe, expect, test } from 'vitest'
import { type JudgeOptions, judgeEvidence } from './index.ts'

const NOW = 1_790_000_000
const world = createDcapWorld({ now: NOW, seed: 'enclosed devices' })
const gpu = createGpuWorld({ now: NOW, seed: 'enclosed device' })
const other = createGpuWorld({ now: NOW, seed: 'another enclosed device' })
const reportData = Uint8Array.from({ length: 64 }, (_, index) => index + 1)
const options: JudgeOptions = {
  now: NOW,
  reportData,
  collateral: parseDcapCollateral(world.collateral('tdx')),
  roots: [parseDcapRoot(world.root.pem)],
  trust: { gpu: { roots: [gpu.root, other.root] } },
}

const entryOf = (from: GpuWorld, nonce = reportData.subarray(0, 32)) => ({
  index: 0,
  uuid: 'GPU-0',
  name: 'a device',
  driver_version: 'whatever the sender says',
  vbios_version: 'whatever the sender says',
  attestation_report: encodeBase64(from.issueReport({ nonce: encodeHex(nonce) })),
  certificate: encodeBase64(encodeUtf8(from.chain)),
  cc_enabled: true,
})
const judge = (gpuEvidence: unknown, own: Partial<JudgeOptions> = {}) =>
  judgeEvidence(
    { quote: encodeBase64(world.issueTdxQuote({ reportData })), cc_eventlog: null, gpu_evidence: gpuEvidence },
    { ...options, ...own },
  )
const list = (...entries: object[]) => ({ evidence_list: entries, collection_time: '2026-01-01T00:00:00Z' })

describe('graphics processors inside the evidence of a machine', () => {
  test('are verified for the question of the machine, and claimed beside it', async () => {
    const judgement = await judge(list(entryOf(gpu), entryOf(other)))
    expect(judgement).toMatchObject({ tee: 'tdx', accepted: true, simulated: true, answers: { fresh: 'yes' } })
    const claims = judgement.claims['tdx'] as Record<string, unknown>
    expect(claims['nvidia_gpu.0']).toMatchObject({ arch: 'HOPPER', config: { driver_version: '550.90.07' } })
    expect(claims['nvidia_gpu.1']).toMatchObject({ arch: 'HOPPER' })
    const passed = judgement.checks.flatMap(({ id, result }) => (result === 'pass' ? [id] : []))
    expect(passed).toEqual(expect.arrayContaining(['gpuEvidence[0].question', 'gpuEvidence[1].gpu.signature']))
  })

  test('none are none', async () => {
    for (const none of [undefined, null, list()]) {
      const judgement = await judge(none)
      expect(judgement.accepted).toBe(true)
      expect(JSON.stringify(judgement.claims)).not.toContain('gpu')
    }
  })

  test.each(['attestation_report', 'certificate'])('GPU_REPORT_ABSENT: one without %s is named', async (member) => {
    for (const value of [null, undefined]) {
      const judgement = await judge(list({ ...entryOf(gpu), [member]: value }))
      expect(judgement.accepted).toBe(true)
      expect(judgement.checks).toContainEqual(
        expect.objectContaining({ id: 'gpuEvidence[0]', result: 'skip', code: 'GPU_REPORT_ABSENT' }),
      )
      expect(JSON.stringify(judgement.claims)).not.toContain('nvidia_gpu')
    }
  })

  test.each<[string, string, unknown]>([
    ['GPU_QUESTION_DIFFERS', 'a report for another question', list(entryOf(gpu, new Uint8Array(32).fill(9)))],
    ['GPU_DEVICE_REPEATED', 'one device as two', list(entryOf(gpu), entryOf(gpu))],
    [
      'GPU_SIGNATURE_INVALID',
      'a report that was changed',
      list({ ...entryOf(gpu), attestation_report: changed(entryOf(gpu).attestation_report) }),
    ],
    ['GPU_EVIDENCE_JSON', 'no list', {}],
    ['GPU_EVIDENCE_JSON', 'a device without a name', list({ ...entryOf(gpu), uuid: 1 })],
    ['GPU_EVIDENCE_JSON', 'a report of numbers', list({ ...entryOf(gpu), attestation_report: [1] })],
    ['GPU_EVIDENCE_JSON', 'certificates that are no text', list({ ...entryOf(gpu), certificate: '//79' })],
    ['GPU_EVIDENCE_JSON', 'more devices than any machine has', list(...new Array(33).fill(entryOf(gpu)))],
  ])('%s: %s refuses the machine', async (code, _what, evidence) => {
    const judgement = await judge(evidence)
    expect(judgement).toMatchObject({ accepted: false, answers: { genuine: 'no' }, claims: {} })
    expect(judgement.checks.at(-1)).toMatchObject({ result: 'fail', code })
  })

  test('GPU_CHAIN_ROOT: a vendor that nobody named', async () => {
    const judgement = await judge(list(entryOf(gpu)), { trust: {} })
    expect(judgement.checks.at(-1)).toMatchObject({ id: 'gpuEvidence[0]', result: 'fail', code: 'GPU_CHAIN_ROOT' })
  })

  test('APPRAISAL_DEVICES_UNJUDGED: beside the quote of an enclave they are named', async () => {
    const quote = encodeBase64(world.issueSgxQuote({ reportData }))
    const judgement = await judgeEvidence(
      { quote, gpu_evidence: list(entryOf(gpu)) },
      { ...options, collateral: parseDcapCollateral(world.collateral('sgx')) },
    )
    expect(judgement.checks).toContainEqual(
      expect.objectContaining({ result: 'skip', code: 'APPRAISAL_DEVICES_UNJUDGED' }),
    )
  })
})

/** The report with one bit changed after it was signed. */
function changed(report: string): string {
  const bytes = Uint8Array.from(Buffer.from(report, 'base64'))
  return encodeBase64(bytes.with(bytes.length - 200, bytes[bytes.length - 200]! ^ 1))
}
