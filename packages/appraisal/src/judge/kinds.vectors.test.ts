import { decodeBase64, decodeHex, decodeUtf8, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { closeCsvReport } from '@veritee/evidence/csv'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVector, readVectorJson, readVectorText, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { parseExpectationsValue } from '../expectations/index.ts'
import { type JudgeOptions, judgeEvidence } from './index.ts'

const at = (text: string) => Date.parse(text) / 1000
const NOW = at('2026-11-01T00:00:00Z')
const files = (...names: string[]) => names.map((name) => ({ name, bytes: readVector(name) }))
const json = (name: string) => readVectorJson<Record<string, unknown>>(name)
const codes = (list: readonly { code?: string }[]) => list.map(({ code }) => code)

describe.skipIf(!haveVectors)(`SEV-SNP${vectorsAbsent}`, () => {
  const milan = { now: NOW, collateralFiles: files('snp/test-vcek.der', 'snp/milan_ask_ark_asvk.pem') }

  test('a report with certificates beside it, in every form', async () => {
    const report = readVector('snp/test-report.bin')
    const raw = await judgeEvidence(report, milan)
    expect(raw).toMatchObject({
      tee: 'snp',
      answers: { readable: 'yes', genuine: 'yes', fresh: 'unasked', expected: 'unasked' },
      accepted: true,
      simulated: false,
      root: 'ARK-Milan',
      claims: { snp: { vmpl: 0, product: 'Milan' } },
    })
    expect(codes(raw.findings)).toEqual(['SNP_REVOCATION_UNCHECKED'])
    expect(await judgeEvidence(encodeHex(report), milan)).toEqual(raw)
  })

  test.each([
    ['snp/evidence-sev4-shape.json', 'snp/milan_ask_ark_asvk.pem'],
    ['snp/evidence-sev7-shape.json', 'snp/genoa_ask_ark_asvk.pem'],
  ])('%s brings its own certificate', async (name, chain) => {
    const options = { now: NOW, collateralFiles: files(chain) }
    const judgement = await judgeEvidence(readVectorText(name), options)
    expect(judgement.answers).toMatchObject({ readable: 'yes', genuine: 'yes' })
    expect(await judgeEvidence(json(name), { ...options, tee: 'snp' })).toEqual(judgement)
  })

  test('privilege level 1 is refused, until it is accepted by name', async () => {
    const options = {
      now: at('2025-01-01T00:00:00Z'),
      collateralFiles: files('snp/test-vlek.der', 'snp/milan_ask_ark_asvk.pem'),
    }
    const report = readVector('snp/test-vlek-report.bin')
    const refused = await judgeEvidence(report, options)
    expect(refused).toMatchObject({ answers: { genuine: 'yes', expected: 'no' }, accepted: false })
    expect(codes(refused.findings)).toContain('SNP_VMPL_NOT_ACCEPTED')
    const accepted = await judgeEvidence(report, { ...options, acceptance: { snp: { allowVmpl: [1] } } })
    expect(accepted).toMatchObject({ accepted: true, claims: { snp: { csp_id: 'CN=cc-us-east-2.amazonaws.com' } } })
    expect((await judgeEvidence(report, { ...options, now: NOW })).checks.at(-1)?.code).toBe('SNP_CHAIN_EXPIRED')
  })

  test('fresh is the report data padded to 64 bytes; init data is HOST_DATA, longer digests cut', async () => {
    const report = readVector('snp/turin-report.bin')
    const options = { now: NOW, collateralFiles: files('snp/turin-vcek.der', 'snp/turin_ask_ark_asvk.pem') }
    const reportData = report.slice(0x50, 0x90)
    expect((await judgeEvidence(report, { ...options, reportData })).answers.fresh).toBe('yes')
    expect((await judgeEvidence(report, { ...options, reportData: reportData.map((b) => b ^ 1) })).answers.fresh).toBe(
      'no',
    )
    const hostData = report.slice(0xc0, 0xe0)
    const cut = new Uint8Array(48).map((_, i) => hostData[i] ?? 7)
    for (const initData of [[hostData], [cut]]) {
      expect(codes((await judgeEvidence(report, { ...options, initData })).findings)).not.toContain(
        'APPRAISAL_INIT_DATA_MISMATCH',
      )
    }
    const other = await judgeEvidence(report, { ...options, initData: [hostData.map((b) => b ^ 1)] })
    expect(codes(other.findings)).toContain('APPRAISAL_INIT_DATA_MISMATCH')
  })

  test('questions that it cannot answer are answered with no', async () => {
    const judgement = await judgeEvidence(readVector('snp/test-report.bin'), {
      ...milan,
      eventLog: readVector('eventlog/CCEL_data'),
      expectations: parseExpectationsValue({
        tcb: { statuses: ['UpToDate'] },
        claims: { 'snp.measurement': encodeHex(readVector('snp/test-report.bin').slice(0x90, 0xc0)) },
      }),
    })
    expect(judgement.answers.expected).toBe('no')
    expect(codes(judgement.findings)).toEqual(
      expect.arrayContaining(['APPRAISAL_EVENT_LOG_UNPROVABLE', 'APPRAISAL_TCB_STATUS_ABSENT']),
    )
  })

  test('a file that is no collateral is named', async () => {
    const collateralFiles = [{ name: 'notes.txt', bytes: encodeUtf8('nothing of the kind') }]
    const { checks, answers } = await judgeEvidence(readVector('snp/test-report.bin'), { now: NOW, collateralFiles })
    expect(answers.genuine).toBe('no')
    expect(checks.at(-1)).toMatchObject({ code: 'COLLATERAL_KIND_UNKNOWN', id: 'notes.txt' })
  })
})

describe.skipIf(!haveVectors)(`Hygon CSV${vectorsAbsent}`, () => {
  const open = () => readVector('csv/report.cert')
  const closed = () => closeCsvReport(open(), 1, decodeHex('67c6697351ff4aec29cdbaabf2fbe346'))
  const measure = '1178dadbf826ec7a07444ba358376d81c312cb53d703f9da83b26c1eee2ea052'
  const options: JudgeOptions = { now: NOW, collateralFiles: files('csv/hsk_cek.cert') }

  test('a page that carries its sealing key is refused, though its chain and its MAC pass', async () => {
    const judgement = await judgeEvidence(open(), options)
    expect(judgement).toMatchObject({ tee: 'csv', answers: { readable: 'yes', genuine: 'no' }, accepted: false })
    expect(judgement.checks.at(-1)?.code).toBe('CSV_SEALING_KEY_PRESENT')
    const passed = judgement.checks.flatMap(({ id, result }) => (result === 'pass' ? [id] : []))
    expect(passed).toEqual(expect.arrayContaining(['csv.signature', 'csv.mac', 'csv.chain.signatures']))
  })

  test('a report of version 1 wants its measurement pinned', async () => {
    const unpinned = await judgeEvidence(closed(), options)
    expect(unpinned).toMatchObject({ tee: 'csv', answers: { genuine: 'yes', expected: 'no' }, root: 'HYGON-SSD-HRK' })
    expect(codes(unpinned.findings)).toContain('CSV_NONCE_UNPINNED')
    const expectations = parseExpectationsValue({ claims: { 'csv.measure': measure } })
    const pinned = await judgeEvidence(closed(), {
      ...options,
      expectations,
      reportData: encodeUtf8('user data'),
    })
    expect(pinned).toMatchObject({ accepted: true, answers: { fresh: 'yes', expected: 'yes' } })
  })

  test('evidence JSON without HSK and CEK says so, and takes no other chip', async () => {
    const alone = await judgeEvidence(json('csv/csv_evidence.json'), { now: NOW })
    expect(alone.checks.at(-1)).toMatchObject({ result: 'fail', code: 'CSV_CHAIN_INCOMPLETE' })
    const other = await judgeEvidence(json('csv/csv_evidence.json'), options)
    expect(other.checks.at(-1)).toMatchObject({ result: 'fail', code: 'CSV_CHAIN_SIGNATURE' })
  })
})

describe.skipIf(!haveVectors)(`TPM${vectorsAbsent}`, () => {
  const evidence = () => json('tpm/tpm_evidence.json') as { ak_public: string; tpm_quote: { message: string } }
  const allowed = () => [digest('sha256', decodeBase64(evidence().ak_public))]

  test('a quote is worth nothing until its key is trusted by name', async () => {
    expect((await judgeEvidence(evidence(), { now: NOW })).checks.at(-1)?.code).toBe('TPM_AK_UNBOUND')
    const judgement = await judgeEvidence(evidence(), { now: NOW, trust: { tpm: { allowed: allowed() } } })
    expect(judgement).toMatchObject({ tee: 'tpm', answers: { genuine: 'yes', fresh: 'unasked' }, accepted: true })
  })

  test('the nonce is compared whole, in each way that attesters derive it', async () => {
    const options = { now: NOW, trust: { tpm: { allowed: allowed() } } }
    const nonce = decodeHex((await judgeEvidence(evidence(), options)).claims['report_data'] as string)
    expect(nonce).toHaveLength(64)
    const fresh = async (reportData: Uint8Array) =>
      (await judgeEvidence(evidence(), { ...options, reportData })).answers.fresh
    expect(await fresh(nonce)).toBe('yes')
    const trimmed = nonce.slice(0, nonce.findLastIndex((byte) => byte !== 0) + 1)
    expect(await fresh(trimmed)).toBe('yes')
    for (const end of [0, 1, 32].filter((size) => size < trimmed.length))
      expect(await fresh(nonce.slice(0, end))).toBe('no')
    expect(await fresh(nonce.map((byte, i) => (i === 63 ? byte ^ 1 : byte)))).toBe('no')
  })

  test('BOOT_LOG_MISMATCH: the log of another machine names the register', async () => {
    const eventLog = readVector('eventlog/tpm-rhel8-uefi.bin')
    const judgement = await judgeEvidence(evidence(), { now: NOW, trust: { tpm: { allowed: allowed() } }, eventLog })
    expect(judgement.answers.genuine).toBe('no')
    expect(judgement.checks.at(-1)).toMatchObject({ code: 'BOOT_LOG_MISMATCH' })
    expect(judgement.checks.at(-1)?.message).toMatch(/pcr\d\d/)
  })
})

describe.skipIf(!haveVectors)(`Azure${vectorsAbsent}`, () => {
  const options: JudgeOptions = { now: NOW, collateralFiles: files('snp/milan_ask_ark_asvk.pem') }

  test.each([0, 1])('evidence of version %i: the nonce is exact', async (version) => {
    const evidence = json(`snp/az-snp-vtpm-evidence-v${version}.json`)
    const judgement = await judgeEvidence(evidence, { ...options, reportData: encodeUtf8('challenge') })
    expect(judgement).toMatchObject({
      tee: 'az-snp-vtpm',
      answers: { genuine: 'yes', fresh: 'yes' },
      claims: { report_data: '6368616c6c656e6765' },
    })
    const padded = new Uint8Array(64)
    padded.set(encodeUtf8('challenge'))
    expect((await judgeEvidence(evidence, { ...options, reportData: padded })).answers.fresh).toBe('no')
  })

  test('evidence of version 2: the hardware report covers the question too', async () => {
    const evidence = json('snp/az-snp-vtpm-evidence-v2.json')
    const { claims } = await judgeEvidence(evidence, options)
    const reportData = decodeHex(claims['report_data'] as string)
    expect((await judgeEvidence(evidence, { ...options, tee: 'azsnpvtpm', reportData })).answers.fresh).toBe('yes')
  })

  test('a TDX machine without collateral is told what it lacks', async () => {
    const judgement = await judgeEvidence(json('dcap/az-tdx-vtpm-evidence-v0.json'), options)
    expect(judgement).toMatchObject({ tee: 'az-tdx-vtpm', answers: { readable: 'yes', genuine: 'no' } })
    expect(judgement.checks.at(-1)?.code).toBe('APPRAISAL_COLLATERAL_MISSING')
  })
})

describe.skipIf(!haveVectors)(`NVIDIA${vectorsAbsent}`, () => {
  const report = () => readVectorText('gpu/hopperAttestationReport.txt')

  test('a raw report under the chain that is given; its nonce answers the question cut to 32 bytes', async () => {
    const options = { now: NOW, collateralFiles: files('gpu/hopper_cert_chain_case1.txt') }
    const judgement = await judgeEvidence(report(), options)
    expect(judgement).toMatchObject({ tee: 'nvidia', accepted: true, root: 'NVIDIA Device Identity CA' })
    const nonce = decodeHex(judgement.claims['report_data'] as string)
    const longer = new Uint8Array(48).map((_, i) => nonce[i] ?? 9)
    for (const reportData of [nonce, longer])
      expect((await judgeEvidence(report(), { ...options, reportData })).answers.fresh).toBe('yes')
    expect((await judgeEvidence(report(), { ...options, reportData: nonce.slice(0, 31) })).answers.fresh).toBe('no')
  })

  test('the chain of a raw report is found among certificates in any order, each in a file of its own', async () => {
    const blocks = decodeUtf8(readVector('gpu/hopper_cert_chain_case1.txt')).split(/(?<=-----END CERTIFICATE-----\n)/)
    const pieces = blocks.filter((block) => block.includes('BEGIN')).toReversed()
    const others = files('snp/milan_ask_ark_asvk.pem')
    const own = pieces.map((block, index) => ({ name: `${index}.pem`, bytes: encodeUtf8(block) }))
    expect(own.length).toBeGreaterThan(3)
    const judgement = await judgeEvidence(report(), { now: NOW, collateralFiles: [...others, ...own] })
    expect(judgement).toMatchObject({ accepted: true, claims: { nvidia: { arch: 'HOPPER' } } })
    const incomplete = await judgeEvidence(report(), { now: NOW, collateralFiles: own.toSpliced(2, 1) })
    expect(incomplete.checks.at(-1)?.code).toMatch(/^GPU_CHAIN_/)
  })

  test('without a chain it says what it lacks', async () => {
    expect((await judgeEvidence(report(), { now: NOW })).checks.at(-1)?.code).toBe('GPU_CHAIN_INCOMPLETE')
  })
})
