import { concatBytes, encodeBase64, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digestOf, encodeEventLogHeader, encodeLogEvent, encodeRuntimeEvent } from '@veritee/codec/eventlog'
import { parseDcapCollateral, parseDcapRoot } from '@veritee/evidence/dcap'
import { createDcapWorld } from '@veritee/simulator'
import { describe, expect, test } from 'vitest'
import { type JudgeOptions, judgeEvidence } from './index.ts'

const NOW = 1_790_000_000
const world = createDcapWorld({ now: NOW, seed: 'event logs' })
const options: JudgeOptions = {
  now: NOW,
  collateral: parseDcapCollateral(world.collateral('tdx')),
  roots: [parseDcapRoot(world.root.pem)],
}

const event = encodeRuntimeEvent({ domain: 'example.org', operation: 'load', content: 'model-7' })
const eventLog = concatBytes(encodeEventLogHeader(['SHA-384']), encodeLogEvent(4, 6, event, ['SHA-384']))
const extended = digestOf('SHA-384', new Uint8Array(48), digestOf('SHA-384', event))
const zero = '00'.repeat(48)
const quoteOf = (rtmr3: string) => world.issueTdxQuote({ rtmr0: zero, rtmr1: zero, rtmr2: zero, rtmr3 })
const evidenceOf = (quote: Uint8Array, log: Uint8Array | null) => ({
  quote: encodeBase64(quote),
  cc_eventlog: log === null ? null : encodeBase64(log),
})

describe('the event log of a TD', () => {
  test.each([
    ['inside the evidence', (quote: Uint8Array) => judgeEvidence(evidenceOf(quote, eventLog), options)],
    ['given beside it', (quote: Uint8Array) => judgeEvidence(quote, { ...options, eventLog })],
  ])('%s feeds claims once it leads to the registers', async (_where, judge) => {
    const judgement = await judge(quoteOf(encodeHex(extended)))
    expect(judgement).toMatchObject({ accepted: true, claims: { tdx: { 'aael.example.org/load': ['model-7'] } } })
    expect(judgement.checks).toContainEqual({ id: 'tdx.eventLog', result: 'pass' })
  })

  test('BOOT_LOG_MISMATCH: one that leads elsewhere spoils the evidence, and the register is named', async () => {
    const judgement = await judgeEvidence(evidenceOf(quoteOf('ab'.repeat(48)), eventLog), options)
    expect(judgement).toMatchObject({ answers: { readable: 'yes', genuine: 'no' }, accepted: false, claims: {} })
    expect(judgement.checks.at(-1)).toMatchObject({
      id: 'tdx.eventLog',
      result: 'fail',
      code: 'BOOT_LOG_MISMATCH',
      expected: 'ab'.repeat(48),
      actual: encodeHex(extended),
    })
    expect(judgement.checks.at(-1)?.message).toContain('rtmr_3')
  })

  test('the log given beside it takes the place of the one inside', async () => {
    const judgement = await judgeEvidence(
      evidenceOf(quoteOf(encodeHex(extended)), encodeUtf8('no log at all, but long enough to be tried')),
      {
        ...options,
        eventLog,
      },
    )
    expect(judgement.accepted).toBe(true)
  })

  test('BOOT_LOG_REGISTER_UNEXPLAINED: what extends a register without telling is named', async () => {
    const silent = encodeEventLogHeader(['SHA-384'])
    const judgement = await judgeEvidence(quoteOf('ab'.repeat(48)), { ...options, eventLog: silent })
    expect(judgement.accepted).toBe(true)
    expect(judgement.checks).toContainEqual({
      id: 'tdx.eventLog.registers',
      result: 'skip',
      code: 'BOOT_LOG_REGISTER_UNEXPLAINED',
      message: 'The log does not tell what extended rtmr_3.',
    })
  })

  test('BOOT_LOG_UNPROVABLE: an enclave has no registers, which is said', async () => {
    const sgx = { ...options, collateral: parseDcapCollateral(world.collateral('sgx')) }
    const inside = await judgeEvidence(evidenceOf(world.issueSgxQuote(), eventLog), sgx)
    expect(inside.checks).toContainEqual(expect.objectContaining({ result: 'skip', code: 'BOOT_LOG_UNPROVABLE' }))
    const beside = await judgeEvidence(world.issueSgxQuote(), { ...sgx, eventLog })
    expect(beside.findings.map(({ code }) => code)).toContain('APPRAISAL_EVENT_LOG_UNPROVABLE')
  })
})
