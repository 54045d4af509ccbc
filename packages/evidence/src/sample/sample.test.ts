import { concatBytes, encodeBase64, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digestOf, encodeEventLogHeader, encodeLogEvent } from '@veritee/codec/eventlog'
import { describe, expect, test } from 'vitest'
import { EvidenceError } from '../errors.ts'
import { acceptSample, appraiseSample, claimsOfSample, parseSampleEvidence } from './index.ts'

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof EvidenceError) return error.code
    throw error
  }
  return 'accepted'
}

const reportData = encodeBase64(encodeUtf8('a question'))
const plain = { svn: '1', report_data: reportData }
const event = encodeUtf8('an event')
const log = concatBytes(encodeEventLogHeader(['SHA-256']), encodeLogEvent(1, 4, event, ['SHA-256']))
const register = digestOf('SHA-256', new Uint8Array(32), digestOf('SHA-256', event))
const measured = { ...plain, measure_register: encodeHex(register), cc_eventlog: encodeBase64(log) }

describe('sample evidence', () => {
  test.each([plain, measured])('SAMPLE_NOT_NAMED: it is refused unless the caller names it', (json) => {
    expect(codeOf(() => acceptSample(parseSampleEvidence(json), false))).toBe('SAMPLE_NOT_NAMED')
  })

  test('the shape without a register has the claims of its policies', () => {
    const accepted = acceptSample(parseSampleEvidence(plain), true)
    expect(claimsOfSample(accepted)).toEqual({
      svn: '1',
      report_data: reportData,
      launch_digest: 'abcde',
      platform_version: { major: 1, minor: 4 },
      debug: false,
    })
    expect(accepted.checks).toContainEqual(expect.objectContaining({ result: 'skip', code: 'SAMPLE_UNSIGNED' }))
  })

  test('a log must lead to the register all the same', () => {
    const claims = claimsOfSample(acceptSample(parseSampleEvidence(measured), true))
    expect(claims).toMatchObject({ measure_register: encodeHex(register), uefi_event_logs: [{ index: 1 }] })
    const other = { ...measured, measure_register: '11'.repeat(32) }
    expect(codeOf(() => acceptSample(parseSampleEvidence(other), true))).toBe('BOOT_LOG_MISMATCH')
  })

  test('BOOT_LOG_UNPROVABLE: a log without a register is named as not replayed', () => {
    const { measure_register: _, ...logged } = measured
    const { checks, bootLog } = acceptSample(parseSampleEvidence(logged), true)
    expect(bootLog).toBeUndefined()
    expect(checks).toContainEqual(expect.objectContaining({ result: 'skip', code: 'BOOT_LOG_UNPROVABLE' }))
  })

  test('init data is claimed where it is stated', () => {
    const initData = encodeBase64(digestOf('SHA-256', event))
    const claims = claimsOfSample(acceptSample(parseSampleEvidence({ ...plain, init_data: initData }), true))
    expect(claims).toMatchObject({ init_data: initData, launch_digest: 'abcde' })
  })

  test('each verdict says what it is', () => {
    expect(appraiseSample()).toMatchObject([{ code: 'SAMPLE_EVIDENCE', severity: 'warning' }])
  })

  test.each<[string, unknown]>([
    ['nothing', null],
    ['a list', []],
    ['no svn', { report_data: reportData }],
    ['no report data', { svn: '1' }],
    ['report data that is no base64', { svn: '1', report_data: '***' }],
    ['a short register', { ...plain, measure_register: '11' }],
    ['a register of bytes', { ...plain, measure_register: [1] }],
    ['init data that is no base64', { ...plain, init_data: '***' }],
    ['a log that is no base64', { ...plain, cc_eventlog: '***' }],
  ])('SAMPLE_EVIDENCE_JSON: %s', (_name, json) => {
    expect(codeOf(() => parseSampleEvidence(json))).toBe('SAMPLE_EVIDENCE_JSON')
  })
})
