import { decodeHex, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { digest } from '@veritee/codec/hash'
import { createDcapWorld } from '@veritee/simulator'
import { createAzureWorld } from '@veritee/simulator/azure'
import { createCsvEventLog, createCsvWorld } from '@veritee/simulator/csv'
import { createGpuWorld } from '@veritee/simulator/gpu'
import { createSnpWorld } from '@veritee/simulator/snp'
import { createTpmWorld } from '@veritee/simulator/tpm'
import { describe, expect, test } from 'vitest'
import { parseExpectationsValue } from '../expectations/index.ts'
import { sortSimulatedRoots } from '../roots/index.ts'
import { type JudgeOptions, judgeEvidence } from './index.ts'

const NOW = 1_790_000_000
const reportData = digest('sha384', encodeUtf8('nonce and key'))
const file = (name: string, bytes: Uint8Array | string) => ({
  name,
  bytes: typeof bytes === 'string' ? encodeUtf8(bytes) : bytes,
})

/** Accepted under the root that is named, simulated, fresh; not genuine without the root. */
async function expectAccepted(
  evidence: Uint8Array | object,
  root: ReturnType<typeof file>,
  options: Partial<JudgeOptions>,
) {
  const common = { now: NOW, reportData, ...options }
  const judgement = await judgeEvidence(evidence, { ...common, ...sortSimulatedRoots([root]) })
  expect(judgement.checks.filter(({ result }) => result === 'fail')).toEqual([])
  expect(judgement.findings.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(judgement).toMatchObject({ accepted: true, simulated: true, answers: { genuine: 'yes', fresh: 'yes' } })
  expect((await judgeEvidence(evidence, common)).answers.genuine).toBe('no')
  return judgement
}

describe('simulated machines of every kind', () => {
  test('SEV-SNP, with its revocation list', async () => {
    const world = createSnpWorld({ now: NOW, seed: 'judge snp' })
    const collateralFiles = [file('vcek', world.certificate()), file('chain', world.chain()), file('crl', world.crl())]
    const judgement = await expectAccepted(world.issueReport({ reportData }), file('root', world.root.pem), {
      collateralFiles,
    })
    expect(judgement.checks).toContainEqual({ id: 'vek.chain.revocation', result: 'pass' })
  })

  test('CSV of version 2, whose event log leads to its registers', async () => {
    const world = createCsvWorld({ now: NOW, seed: 'judge csv' })
    const eventLog = createCsvEventLog()
    const page = world.issueReport({ version: 2, reportData, eventLog })
    const options = { collateralFiles: [file('hsk_cek.cert', world.hskCek)], eventLog }
    const judgement = await expectAccepted(page, file('root', world.root.certificate), options)
    expect(judgement.checks).toContainEqual({ id: 'csv.eventLog', result: 'pass' })
    expect(judgement.claims).toMatchObject({ csv: { uefi_event_logs: expect.any(Array) } })
    const evidence = world.issueEvidence({ version: 2, reportData, eventLog })
    await expectAccepted(evidence, file('root', world.root.certificate), {})
  })

  test('CSV_REPORT_EXPERIMENTAL: version 3 is read by name alone, and every verdict says so', async () => {
    const world = createCsvWorld({ now: NOW, seed: 'judge csv 3' })
    const evidence = world.issueEvidence({ version: 3, reportData, hostData: 'ab'.repeat(64) })
    const root = file('root', world.root.certificate)
    const acceptance = { csv: { allowExperimental: true } }
    const judgement = await expectAccepted(evidence, root, { acceptance })
    expect(judgement.claims).toMatchObject({ csv: { version: '3', host_data: 'ab'.repeat(64) } })
    expect(judgement.findings).toContainEqual(
      expect.objectContaining({ code: 'CSV_REPORT_EXPERIMENTAL', severity: 'warning' }),
    )
    const unnamed = await judgeEvidence(evidence, { now: NOW, reportData, ...sortSimulatedRoots([root]) })
    expect(unnamed.answers.readable).toBe('no')
    expect(unnamed.checks.at(-1)).toMatchObject({
      code: 'CSV_REPORT_FORMAT',
      next: expect.stringContaining('--allow-experimental'),
    })
    const initData = [new Uint8Array(64).fill(0xab)]
    expect(
      await judgeEvidence(evidence, { now: NOW, initData, acceptance, ...sortSimulatedRoots([root]) }),
    ).toMatchObject({ accepted: true })
    const wrapper = { ...(evidence['attestation_report'] as object), flags: 1 }
    const relabelled = { ...evidence, attestation_report: wrapper }
    const judged = await judgeEvidence(relabelled, { now: NOW, initData, ...sortSimulatedRoots([root]) })
    expect(judged.findings.map(({ code }) => code)).toContain('APPRAISAL_INIT_DATA_MISMATCH')
  })

  test('TPM, whose event log leads to its registers, and whose PCR 8 proves nothing else', async () => {
    const world = createTpmWorld({ now: NOW, seed: 'judge tpm' })
    const evidence = world.issueEvidence({ nonce: reportData.subarray(0, 32), commandLine: 'quiet ro' })
    const judgement = await expectAccepted(evidence, file('authority', world.authority), {})
    expect(judgement.checks).toContainEqual({ id: 'tpm.eventLog.sha256', result: 'pass' })
    const initData = [digest('sha256', encodeUtf8('init data'))]
    const { trust } = sortSimulatedRoots([file('authority', world.authority)])
    const proven = await judgeEvidence(evidence, { now: NOW, trust, initData })
    expect(proven.findings.map(({ code }) => code)).toContain('APPRAISAL_INIT_DATA_MISMATCH')
  })

  test.each([0, 1, 31, 33, 63])(
    'a TPM quote whose nonce is %i bytes of the question is not fresh',
    async (sizeBytes) => {
      const world = createTpmWorld({ now: NOW, seed: 'judge tpm' })
      const asked = digest('sha512', encodeUtf8('nonce and key'))
      const { trust } = sortSimulatedRoots([file('authority', world.authority)])
      const judge = (nonce: Uint8Array) =>
        judgeEvidence(world.issueEvidence({ nonce }), { now: NOW, trust, reportData: asked })
      expect((await judge(asked)).answers.fresh).toBe('yes')
      expect((await judge(asked.subarray(0, sizeBytes))).checks.at(-1)).toMatchObject({
        result: 'fail',
        code: 'APPRAISAL_REPORT_DATA_MISMATCH',
      })
    },
  )

  test('Azure over SNP, with the event log given beside it', async () => {
    const world = createAzureWorld({ now: NOW, seed: 'judge azure' })
    const { snp, tpm } = world
    const collateralFiles = [file('chain', snp!.chain())]
    const evidence = world.issueEvidence({ nonce: reportData, userData: reportData, version: 2 })
    const judgement = await expectAccepted(evidence, file('root', snp!.root.pem), {
      collateralFiles,
      eventLog: tpm.eventLog(),
    })
    expect(judgement.claims).toMatchObject({ 'az-snp-vtpm': { uefi_event_logs: expect.any(Array) } })
    const other = tpm.eventLog('another command line')
    const refused = await judgeEvidence(evidence, {
      now: NOW,
      collateralFiles,
      eventLog: other,
      ...sortSimulatedRoots([file('root', snp!.root.pem)]),
    })
    expect(refused.checks.at(-1)).toMatchObject({ result: 'fail', code: 'BOOT_LOG_MISMATCH' })
  })

  test('NVIDIA', async () => {
    const world = createGpuWorld({ now: NOW, seed: 'judge gpu' })
    const evidence = world.issueEvidence({ nonce: reportData.subarray(0, 32) })
    await expectAccepted(evidence, file('root', world.root.pem), {})
  })
})

describe('roots to trust', () => {
  test('one of Intel by its certificate', () => {
    const world = createDcapWorld({ now: NOW, seed: 'roots' })
    const { roots, trust } = sortSimulatedRoots([file('root.pem', world.root.pem)])
    expect(roots.map(({ simulated }) => simulated)).toEqual([false, true])
    expect(trust.snp?.roots.every(({ simulated }) => !simulated)).toBe(true)
  })

  test.each([
    ['text', encodeUtf8('nothing of the kind')],
    ['a Hygon certificate that is no root', createCsvWorld({ now: NOW, seed: 'roots' }).hskCek],
    ['a broken certificate', decodeHex('3006300403020100')],
    ['a report', createSnpWorld({ now: NOW, seed: 'roots' }).issueReport()],
  ])('APPRAISAL_ROOT_INVALID: %s', (_name, bytes) => {
    try {
      sortSimulatedRoots([file('some.file', bytes)])
      throw new Error(`accepted ${encodeHex(bytes)}`)
    } catch (error) {
      expect(isCodedError(error) && error.code).toBe('APPRAISAL_ROOT_INVALID')
      expect((error as Error).message).toContain('some.file')
    }
  })

  test('a report of version 1 is pinned by what is expected of it, and has no registers for a log', async () => {
    const world = createCsvWorld({ now: NOW, seed: 'judge csv 1' })
    const page = world.issueReport({ version: 1, reportData })
    const options = {
      now: NOW,
      reportData,
      collateralFiles: [file('hsk_cek.cert', world.hskCek)],
      ...sortSimulatedRoots([file('root', world.root.certificate)]),
    }
    const unpinned = await judgeEvidence(page, options)
    expect(unpinned.findings.map(({ code }) => code)).toContain('CSV_NONCE_UNPINNED')
    const measure = (unpinned.claims['csv'] as { measure: string }).measure
    const pinned = await judgeEvidence(page, {
      ...options,
      expectations: parseExpectationsValue({ claims: { 'csv.measure': measure } }),
    })
    expect(pinned.accepted).toBe(true)
    const { checks, findings } = await judgeEvidence(page, { ...options, eventLog: createCsvEventLog() })
    expect(checks).toContainEqual(expect.objectContaining({ result: 'skip', code: 'BOOT_LOG_UNPROVABLE' }))
    expect(findings.map(({ code }) => code)).toContain('APPRAISAL_EVENT_LOG_UNPROVABLE')
  })
})
