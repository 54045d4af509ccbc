import { encodeBase64, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { parseDcapCollateral, parseDcapRoot } from '@veritee/evidence/dcap'
import { createDcapWorld } from '@veritee/simulator'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVectorJson, readVectorText, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { parseExpectationsValue } from '../expectations/index.ts'
import { type JudgeOptions, judgeEvidence } from './index.ts'

const NOW = 1_790_000_000
const world = createDcapWorld({ now: NOW, seed: 'composite' })
const base = digest('sha384', encodeUtf8('nonce and key'))
const whole = digest('sha384', encodeUtf8('nonce, key and devices'))
const options: JudgeOptions = {
  now: NOW,
  collateral: parseDcapCollateral(world.collateral('tdx')),
  roots: [parseDcapRoot(world.root.pem)],
  reportData: whole,
  deviceReportData: base,
  trust: { sample: true },
}
const mrTd = 'ab'.repeat(48)
const primary = { quote: encodeBase64(world.issueTdxQuote({ reportData: whole, mrTd })), cc_eventlog: null }
const device = { svn: '3', report_data: encodeBase64(base) }
const composite = (devices: object | string = { sampledevice: device }, own: object = primary) => ({
  primary_evidence: own,
  additional_evidence: typeof devices === 'string' ? devices : JSON.stringify(devices),
})

describe('composite evidence', () => {
  test('a machine and its device answer one question with one nonce and one key', async () => {
    const judgement = await judgeEvidence(composite(), { ...options, tee: 'tdx' })
    expect(judgement).toMatchObject({
      tee: 'tdx',
      answers: { readable: 'yes', genuine: 'yes', fresh: 'yes', expected: 'unasked' },
      accepted: true,
      simulated: true,
      claims: { tdx: { quote: { body: { mr_td: mrTd } } }, sampledevice: { svn: '3' } },
      devices: [{ tee: 'sampledevice', accepted: true }],
    })
    expect(judgement.findings.map(({ code }) => code)).toEqual(['SAMPLE_EVIDENCE'])
    expect(await judgeEvidence(JSON.stringify(composite()), options)).toEqual(judgement)
  })

  test('no devices at all', async () => {
    const judgement = await judgeEvidence(composite(''), options)
    expect(judgement).toMatchObject({ accepted: true, devices: [] })
  })

  test('a device with an answer to another question spoils the whole', async () => {
    const stale = { ...device, report_data: encodeBase64(whole) }
    const judgement = await judgeEvidence(composite({ sampledevice: stale }), options)
    expect(judgement).toMatchObject({ answers: { genuine: 'yes', fresh: 'no' }, accepted: false })
  })

  test('devices are asked the same question where they have none of their own', async () => {
    const { deviceReportData: _, ...rest } = options
    expect((await judgeEvidence(composite(), rest)).answers.fresh).toBe('no')
  })

  test('a kind of device that nobody named is refused', async () => {
    const judgement = await judgeEvidence(composite(), { ...options, trust: {} })
    expect(judgement).toMatchObject({ answers: { genuine: 'no' }, accepted: false, claims: {} })
    expect(judgement.checks).toContainEqual(
      expect.objectContaining({ id: 'sampledevice: sample.named', code: 'SAMPLE_NOT_NAMED' }),
    )
  })

  test('a kind of device that is not known is refused', async () => {
    const judgement = await judgeEvidence(composite({ toaster: {} }), options)
    expect(judgement).toMatchObject({ answers: { readable: 'no' }, accepted: false })
  })

  test('expectations go to the part whose claims they name', async () => {
    const expect_ = (svn: string) =>
      parseExpectationsValue({ claims: { 'tdx.quote.body.mr_td': mrTd, 'sampledevice.svn': svn } })
    const good = await judgeEvidence(composite(), { ...options, expectations: expect_('3') })
    expect(good).toMatchObject({ answers: { expected: 'yes' }, accepted: true })
    const bad = await judgeEvidence(composite(), { ...options, expectations: expect_('4') })
    expect(bad).toMatchObject({ answers: { expected: 'no' }, accepted: false })
    expect(bad.findings).toContainEqual(
      expect.objectContaining({ code: 'APPRAISAL_CLAIM_MISMATCH', path: 'sampledevice.svn' }),
    )
  })

  test.each<[string, string, object]>([
    ['COMPOSITE_EVIDENCE_JSON', 'no text', { primary_evidence: primary, additional_evidence: {} }],
    ['COMPOSITE_EVIDENCE_JSON', 'no primary', { primary_evidence: null, additional_evidence: '' }],
    ['COMPOSITE_EVIDENCE_JSON', 'no JSON', composite('{')],
    ['COMPOSITE_EVIDENCE_JSON', 'a device twice', composite('{"sampledevice":{},"sampledevice":{}}')],
    ['COMPOSITE_EVIDENCE_JSON', 'a list of devices', composite('[]')],
    ['COMPOSITE_EVIDENCE_JSON', 'a device that is no object', composite({ sampledevice: 1 })],
    [
      'COMPOSITE_DEVICES_EXCESSIVE',
      '17 devices',
      composite(Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`d${i}`, {}]))),
    ],
  ])('%s: %s', async (code, _name, evidence) => {
    const judgement = await judgeEvidence(evidence, options)
    expect(judgement).toMatchObject({ answers: { readable: 'no' }, accepted: false })
    expect(judgement.checks.at(-1)?.code).toBe(code)
  })
})

describe('sample evidence by itself', () => {
  test('is refused, and where it is named every verdict says what it is', async () => {
    const refused = await judgeEvidence(device, { now: NOW, tee: 'sample' })
    expect(refused).toMatchObject({ tee: 'sample', answers: { readable: 'yes', genuine: 'no' }, accepted: false })
    const accepted = await judgeEvidence(device, { now: NOW, tee: 'sample', trust: { sample: true }, reportData: base })
    expect(accepted).toMatchObject({ accepted: true, simulated: true, answers: { fresh: 'yes' } })
    expect(accepted.findings.map(({ code }) => code)).toEqual(['SAMPLE_EVIDENCE'])
  })
})

describe.skipIf(!haveVectors)(`an SNP machine with the vTPM of its SVSM${vectorsAbsent}`, () => {
  const snp = (manifest: Uint8Array) => ({
    ...(JSON.parse(readVectorText('snp/evidence-sev7-shape.json')) as object),
    svsm_manifest: encodeBase64(manifest),
  })
  const bank = () => {
    const { tpm_quote: quote, ak_public: key } = readVectorJson<{
      ak_public: string
      tpm_quote: { message: string; signature: string; pcrs: string[] }
    }>('tpm/tpm_evidence.json')
    const signature = Buffer.from(quote.signature, 'base64').subarray(6).toString('base64')
    const pem = `-----BEGIN PUBLIC KEY-----\n${key.match(/.{1,64}/g)!.join('\n')}\n-----END PUBLIC KEY-----\n`
    return {
      ak_pubkey: pem,
      quote: { SHA256: { attest_body: quote.message, attest_sig: signature, pcrs: quote.pcrs } },
    }
  }
  const endorsement = Uint8Array.from([
    ...[0, 0x23, 0, 0x0b, 0, 3, 0, 0xb2, 0, 0, 0, 6, 0, 0x80, 0, 0x43, 0, 0x10, 0, 3, 0, 0x10],
    ...[0, 32, ...new Uint8Array(32).fill(1), 0, 32, ...new Uint8Array(32).fill(2)],
  ])
  const pairOf = async (manifest: Uint8Array, tpm: object) => {
    const evidence = { primary_evidence: snp(manifest), additional_evidence: JSON.stringify({ tpm }) }
    const { checks } = await judgeEvidence(evidence, { now: NOW })
    return checks.find(({ id }) => id === 'composite.svsm')
  }

  test('SNP_MANIFEST_UNBOUND: the manifest is the endorsement key, and nothing says that the report covers it', async () => {
    const tpm = { ...bank(), ek_pubkey: encodeBase64(endorsement) }
    expect(await pairOf(endorsement, tpm)).toMatchObject({ result: 'skip', code: 'SNP_MANIFEST_UNBOUND' })
  })

  test('COMPOSITE_SVSM_KEY_MISMATCH, COMPOSITE_SVSM_KEY_MISSING', async () => {
    const tpm = { ...bank(), ek_pubkey: encodeBase64(endorsement) }
    expect(
      await pairOf(
        endorsement.map((byte) => byte ^ 1),
        tpm,
      ),
    ).toMatchObject({ code: 'COMPOSITE_SVSM_KEY_MISMATCH' })
    expect(await pairOf(endorsement, bank())).toMatchObject({ code: 'COMPOSITE_SVSM_KEY_MISSING' })
  })
})
