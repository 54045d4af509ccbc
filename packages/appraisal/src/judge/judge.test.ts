import { concatBytes, encodeBase64, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { createDcapVerifier, parseDcapCollateral, parseDcapRoot } from '@veritee/evidence/dcap'
import { createDcapWorld, encodeTdxEvidence } from '@veritee/simulator'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseExpectationsValue } from '../expectations/index.ts'
import { type JudgeOptions, judgeEvidence } from './index.ts'

const NOW = 1_790_000_000
const world = createDcapWorld({ now: NOW, seed: 'appraisal judge' })
const roots = [parseDcapRoot(world.root.pem)]
const collateral = parseDcapCollateral(world.collateral('tdx'))
const options: JudgeOptions = { now: NOW, collateral, roots }
const reportData = digest('sha384', encodeUtf8('nonce and key'))
const mrTd = 'ab'.repeat(48)
const quote = world.issueTdxQuote({ reportData, mrTd })
const expectations = parseExpectationsValue({ claims: { 'tdx.quote.body.mr_td': mrTd } })

describe('four answers', () => {
  test('all yes, and the result says that it rests on a simulated root', async () => {
    const judgement = await judgeEvidence(quote, { ...options, reportData, expectations })
    expect(judgement).toMatchObject({
      tee: 'tdx',
      answers: { readable: 'yes', genuine: 'yes', fresh: 'yes', expected: 'yes' },
      genuine: true,
      accepted: true,
      status: 'UpToDate',
      findings: [],
      simulated: true,
      claims: { tdx: { quote: { body: { mr_td: mrTd } } }, report_data: encodeHex(reportData).padEnd(128, '0') },
    })
    expect(judgement.checks.every(({ result }) => result === 'pass')).toBe(true)
    expect(judgement.expiresAt).toBeGreaterThan(NOW)
  })

  test('it is the same in every form that evidence comes in', async () => {
    const json = encodeTdxEvidence(quote)
    const forms = [
      quote,
      encodeHex(quote),
      encodeBase64(quote),
      encodeUtf8(encodeBase64(quote)),
      json,
      encodeUtf8(json),
      JSON.parse(json) as object,
    ]
    const judgements = await Promise.all(forms.map((form) => judgeEvidence(form, { ...options, reportData })))
    for (const judgement of judgements) expect(judgement).toEqual(judgements[0])
    expect(judgements[0]?.accepted).toBe(true)
    const told = await judgeEvidence(JSON.parse(json) as object, { ...options, reportData, tee: 'tdx' })
    expect(told).toEqual(judgements[0])
  })

  test('a judgement is JSON', async () => {
    const judgement = await judgeEvidence(quote, { ...options, reportData, expectations })
    expect(JSON.parse(JSON.stringify(judgement))).toEqual(judgement)
  })

  test('a remembering verifier judges the same', async () => {
    const dcapVerifier = createDcapVerifier({ roots })
    for (let round = 0; round < 2; round++) {
      const judgement = await judgeEvidence(quote, { now: NOW, collateral, reportData, dcapVerifier })
      expect(judgement).toEqual(await judgeEvidence(quote, { ...options, reportData }))
    }
  })
})

describe('readable: no', () => {
  test.each<[string, Uint8Array | string | object, Partial<JudgeOptions>, string]>([
    ['nothing', '', {}, 'EVIDENCE_BYTES_EMPTY'],
    ['noise', Uint8Array.of(0xde, 0xad), {}, 'EVIDENCE_KIND_UNKNOWN'],
    ['a truncated quote', quote.subarray(0, 600), {}, 'DCAP_QUOTE_TRUNCATED'],
    ['evidence JSON without a quote', { quote: '' }, { tee: 'tdx' }, 'EVIDENCE_JSON_INVALID'],
    ['a certificate', world.root.pem, {}, 'APPRAISAL_EVIDENCE_UNSUPPORTED'],
    ['a token', `${'eyJhbGciOiJFUzI1NiJ9'}.e30.AA`, {}, 'APPRAISAL_EVIDENCE_UNSUPPORTED'],
    ['a kind that has no verifier', { report: {} }, { tee: 'cca' }, 'APPRAISAL_EVIDENCE_UNSUPPORTED'],
    ['a TD sent as an enclave', quote, { tee: 'sgx' }, 'APPRAISAL_EVIDENCE_TEE_MISMATCH'],
    [
      'a TD sent as an enclave, as JSON',
      JSON.parse(encodeTdxEvidence(quote)),
      { tee: 'sgx' },
      'APPRAISAL_EVIDENCE_TEE_MISMATCH',
    ],
  ])('%s', async (_name, input, over, code) => {
    const judgement = await judgeEvidence(input, { ...options, ...over })
    expect(judgement).toMatchObject({
      answers: { readable: 'no', genuine: 'unasked', fresh: 'unasked', expected: 'unasked' },
      genuine: false,
      accepted: false,
      claims: {},
    })
    expect(judgement.checks.at(-1)).toMatchObject({ result: 'fail', code, next: expect.any(String) })
  })
})

describe('genuine: no', () => {
  test.each<[string, Partial<JudgeOptions>, string]>([
    ['a simulated root that nobody named', { roots: [] }, 'DCAP_ROOT_UNTRUSTED'],
    ['no collateral', { collateral: [] }, 'APPRAISAL_COLLATERAL_MISSING'],
    [
      'collateral of the other kind',
      { collateral: parseDcapCollateral(world.collateral('sgx')) },
      'DCAP_TCB_INFO_TEE_MISMATCH',
    ],
    ['collateral that has expired', { now: NOW + 400 * 86_400 }, 'DCAP_CERTIFICATE_EXPIRED'],
  ])('%s', async (_name, over, code) => {
    const judgement = await judgeEvidence(quote, { ...options, ...over, reportData, expectations })
    expect(judgement).toMatchObject({
      tee: 'tdx',
      answers: { readable: 'yes', genuine: 'no', fresh: 'unasked', expected: 'unasked' },
      genuine: false,
      accepted: false,
      claims: {},
    })
    expect(judgement.checks.at(-1)).toMatchObject({ result: 'fail' })
    expect(judgement.checks.at(-1)?.code).toMatch(
      new RegExp(code === 'DCAP_CERTIFICATE_EXPIRED' ? 'EXPIRED$' : `^${code}$`),
    )
  })

  test('a simulated root is not trusted by default', async () => {
    const judgement = await judgeEvidence(quote, { now: NOW, collateral })
    expect(judgement.checks.at(-1)?.code).toBe('DCAP_ROOT_UNTRUSTED')
  })

  test('one altered bit anywhere that is signed', async () => {
    const signed = 48 + 584
    for (let offset = 0; offset < signed; offset += 61) {
      const altered = quote.slice()
      altered[offset] = altered[offset]! ^ 1
      const { accepted, genuine } = await judgeEvidence(altered, { ...options, reportData })
      expect({ offset, accepted, genuine }).toEqual({ offset, accepted: false, genuine: false })
    }
  })
})

test('of several bundles the one for the platform is taken', async () => {
  const other = createDcapWorld({ now: NOW, seed: 'another platform', fmspc: '00906ed50000' })
  const bundles = [world.collateral('sgx'), other.collateral('tdx'), world.collateral('tdx')].map(parseDcapCollateral)
  const trusted = [...roots, parseDcapRoot(other.root.pem)]
  expect(await judgeEvidence(quote, { now: NOW, roots: trusted, collateral: bundles })).toMatchObject({
    accepted: true,
  })
})

describe('fresh', () => {
  const answer = async (asked: Uint8Array | Uint8Array[]) => {
    const { answers, accepted, checks } = await judgeEvidence(quote, { ...options, reportData: asked })
    return { fresh: answers.fresh, accepted, code: checks.at(-1)?.code }
  }
  const yes = { fresh: 'yes', accepted: true, code: undefined }
  const no = { fresh: 'no', accepted: false, code: 'APPRAISAL_REPORT_DATA_MISMATCH' }

  test('the value, with or without the zeros behind it', async () => {
    expect(await answer(reportData)).toEqual(yes)
    expect(await answer(concatBytes(reportData, new Uint8Array(16)))).toEqual(yes)
    expect(await answer([new Uint8Array(48).fill(1), reportData])).toEqual(yes)
  })

  test.each([
    ['another value', new Uint8Array(48).fill(1)],
    ['its beginning', reportData.subarray(0, 47)],
    ['a longer field', concatBytes(reportData, new Uint8Array(17))],
    ['nothing', new Uint8Array()],
    ['none of a list', [new Uint8Array(48), new Uint8Array(64)]],
    ['an empty list', []],
  ])('%s is refused', async (_name, asked) => {
    expect(await answer(asked)).toEqual(no)
  })

  test('an unasked question is said, and leaves the rest standing', async () => {
    const judgement = await judgeEvidence(quote, options)
    expect(judgement).toMatchObject({ answers: { fresh: 'unasked' }, accepted: true })
    expect(judgement.checks.at(-1)).toMatchObject({ result: 'skip', code: 'APPRAISAL_FRESHNESS_UNASKED' })
  })
})

describe('expected', () => {
  const judge = (issued: Parameters<typeof world.issueTdxQuote>[0], over: Partial<JudgeOptions>) =>
    judgeEvidence(world.issueTdxQuote(issued), { ...options, ...over })
  const SEPT_VE = 1n << 28n

  test('a debug TD is genuine and refused, until debug is allowed by name', async () => {
    const debug = { mrTd, tdAttributes: SEPT_VE | 1n }
    expect(await judge(debug, {})).toMatchObject({
      answers: { genuine: 'yes', expected: 'no' },
      accepted: false,
      findings: [{ code: 'DCAP_TD_DEBUG' }],
    })
    const allowed = parseExpectationsValue({ allow_debug: true, claims: { 'tdx.quote.body.mr_td': mrTd } })
    expect(await judge(debug, { expectations: allowed })).toMatchObject({
      answers: { expected: 'yes' },
      accepted: true,
    })
    expect(await judge(debug, { acceptance: { allowDebug: true } })).toMatchObject({
      answers: { expected: 'unasked' },
      accepted: true,
    })
  })

  test('another measurement', async () => {
    const judgement = await judge({ mrTd: 'cd'.repeat(48) }, { expectations })
    expect(judgement).toMatchObject({ answers: { genuine: 'yes', expected: 'no' }, accepted: false })
    expect(judgement.findings).toMatchObject([
      { code: 'APPRAISAL_CLAIM_MISMATCH', path: 'tdx.quote.body.mr_td', expected: mrTd, actual: 'cd'.repeat(48) },
    ])
  })

  test('statuses are accepted by name', async () => {
    const lagging = createDcapWorld({ now: NOW, seed: 'lagging', tcbStatus: 'SWHardeningNeeded' })
    const base = {
      now: NOW,
      roots: [parseDcapRoot(lagging.root.pem)],
      collateral: parseDcapCollateral(lagging.collateral('tdx')),
    }
    const evidence = lagging.issueTdxQuote({ mrTd })
    expect(await judgeEvidence(evidence, base)).toMatchObject({
      accepted: false,
      status: 'SWHardeningNeeded',
      findings: [{ code: 'DCAP_TCB_STATUS_UNACCEPTED' }],
    })
    const named = parseExpectationsValue({ tcb: { statuses: ['UpToDate', 'SWHardeningNeeded'] } })
    expect(await judgeEvidence(evidence, { ...base, expectations: named })).toMatchObject({ accepted: true })
  })

  test('expired collateral is accepted by name, and only that', async () => {
    const later = { now: NOW + 40 * 86_400 }
    const issued = { mrTd }
    expect(await judge(issued, later)).toMatchObject({ answers: { genuine: 'no' } })
    const allowed = parseExpectationsValue({ allow_expired_collateral: true, claims: { 'tdx.quote.body.mr_td': mrTd } })
    expect(await judge(issued, { ...later, expectations: allowed })).toMatchObject({ accepted: true })
  })

  test('init data must be the one that the evidence names', async () => {
    const initData = digest('sha256', encodeUtf8('algorithm = "sha256"'))
    const mrConfigId = encodeHex(initData).padEnd(96, '0')
    expect(await judge({ mrConfigId }, { initData: [new Uint8Array(48).fill(7), initData] })).toMatchObject({
      accepted: true,
    })
    const other = await judge({ mrConfigId }, { initData: [digest('sha256', encodeUtf8('other'))] })
    expect(other).toMatchObject({ accepted: false, findings: [{ code: 'APPRAISAL_INIT_DATA_MISMATCH' }] })
    expect(await judge({ mrConfigId }, { initData: [] })).toMatchObject({ accepted: false })
  })
})

test('what is altered never throws and is never accepted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat({ max: quote.length - 1 }), fc.integer({ min: 1, max: 255 })), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.nat({ max: quote.length }),
      async (edits, length) => {
        const altered = quote.slice()
        for (const [offset, flip] of edits) altered[offset] = altered[offset]! ^ flip
        const cut = length % 3 === 0 ? altered.subarray(0, length) : altered
        // The chain carries text around its certificates that nobody signs: only what differs in substance must fail.
        const judgement = await judgeEvidence(cut, { ...options, reportData })
        if (judgement.accepted) expect(judgement.claims).toMatchObject({ tdx: { quote: { body: { mr_td: mrTd } } } })
      },
    ),
    { numRuns: 150 },
  )
})

test('arbitrary bytes and values never throw', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 900 }), fc.string(), fc.object()), async (input) => {
      expect((await judgeEvidence(input, options)).accepted).toBe(false)
    }),
    { numRuns: 150 },
  )
})
