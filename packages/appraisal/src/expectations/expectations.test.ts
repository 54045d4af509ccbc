import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppraisalError } from '../errors.ts'
import { appraiseExpectations, type ExpectationSubject, parseExpectations, parseExpectationsValue } from './index.ts'

const subject: ExpectationSubject = {
  tee: 'tdx',
  claims: {
    tdx: {
      quote: { body: { mr_td: 'ab12', rtmr_0: '00ff', xfam: 'e702060000000000' } },
      tcb_eval_num: 18,
      td_attributes: { debug: false },
      svn: '3',
      advisory_ids: ['INTEL-SA-1'],
    },
    sgx: { body: { 'attributes.flags': '0700' } },
    report_data: '00',
  },
  tcb: { status: 'UpToDate', dateAt: 1_700_000_000, advisories: ['INTEL-SA-1'], evaluationNumber: 18 },
}

const appraise = (value: object) =>
  appraiseExpectations(subject, parseExpectationsValue(value)).filter(({ severity }) => severity === 'error')

describe('expectations that hold', () => {
  test.each<[string, object]>([
    ['a value', { claims: { 'tdx.quote.body.mr_td': 'ab12' } }],
    ['hexadecimal in the other case', { claims: { 'tdx.quote.body.mr_td': 'AB12' } }],
    ['one of a list', { claims: { 'tdx.quote.body.mr_td': ['ffff', 'ab12'] } }],
    ['one of a list, spelt out', { claims: { 'tdx.quote.body.mr_td': { one_of: ['ab12'] } } }],
    ['nested tables', { claims: { tdx: { quote: { body: { mr_td: 'ab12', rtmr_0: { value: '00ff' } } } } } }],
    ['a name with a dot in it', { claims: { 'sgx.body.attributes.flags': '0700' } }],
    ['masked bits', { claims: { 'tdx.quote.body.xfam': { value: 'e700000000000000', mask: 'ff00000000000000' } } }],
    ['a least number', { claims: { 'tdx.tcb_eval_num': { minimum: 18, maximum: 20 } } }],
    ['a truth value', { claims: { 'tdx.td_attributes.debug': false } }],
    ['a number where the service prints it as text', { claims: { 'tdx.svn': 3 } }],
    ['the kind', { tee: ['sgx', 'tdx'] }],
    ['a least date', { tcb: { minimum_date: '2023-11-14' } }],
    ['a least evaluation', { tcb: { minimum_evaluation_number: 18 } }],
    ['the advisories', { tcb: { allowed_advisories: ['INTEL-SA-1', 'INTEL-SA-2'] } }],
  ])('%s', (_name, value) => {
    expect(appraise(value)).toEqual([])
  })
})

describe('expectations that do not', () => {
  test.each<[string, object, string, string]>([
    [
      'another value',
      { claims: { 'tdx.quote.body.mr_td': 'ab13' } },
      'APPRAISAL_CLAIM_MISMATCH',
      'tdx.quote.body.mr_td',
    ],
    [
      'a value of another type',
      { claims: { 'tdx.td_attributes.debug': 'false' } },
      'APPRAISAL_CLAIM_MISMATCH',
      'tdx.td_attributes.debug',
    ],
    [
      'a number that is only close',
      { claims: { 'tdx.tcb_eval_num': { minimum: 19 } } },
      'APPRAISAL_CLAIM_MISMATCH',
      'tdx.tcb_eval_num',
    ],
    [
      'a text that looks like a number',
      { claims: { 'tdx.svn': { minimum: 1 } } },
      'APPRAISAL_CLAIM_MISMATCH',
      'tdx.svn',
    ],
    [
      'a bit under the mask',
      { claims: { 'tdx.quote.body.rtmr_0': { value: '00fe', mask: '0001' } } },
      'APPRAISAL_CLAIM_MISMATCH',
      'tdx.quote.body.rtmr_0',
    ],
    [
      'a mask of another length',
      { claims: { 'tdx.quote.body.rtmr_0': { value: '00', mask: '00ff'.slice(2) } } },
      'APPRAISAL_CLAIM_MISMATCH',
      'tdx.quote.body.rtmr_0',
    ],
    ['a list', { claims: { 'tdx.advisory_ids': 'INTEL-SA-1' } }, 'APPRAISAL_CLAIM_MISMATCH', 'tdx.advisory_ids'],
    [
      'a misspelt path',
      { claims: { 'tdx.quote.body.mrtd': 'ab12' } },
      'APPRAISAL_CLAIM_MISSING',
      'tdx.quote.body.mrtd',
    ],
    ['a member of the prototype', { claims: { 'tdx.constructor': 'x' } }, 'APPRAISAL_CLAIM_MISSING', 'tdx.constructor'],
    ['another kind', { tee: 'sgx' }, 'APPRAISAL_TEE_UNEXPECTED', 'tee'],
    ['a later date', { tcb: { minimum_date: '2023-11-15' } }, 'APPRAISAL_TCB_DATE_TOO_OLD', 'tdx.tcb.date'],
    [
      'a later evaluation',
      { tcb: { minimum_evaluation_number: 19 } },
      'APPRAISAL_TCB_EVALUATION_TOO_OLD',
      'tdx.tcb.evaluationNumber',
    ],
    [
      'an advisory that is not allowed',
      { tcb: { allowed_advisories: [] } },
      'APPRAISAL_ADVISORY_UNEXPECTED',
      'tdx.tcb.advisories',
    ],
  ])('%s', (_name, value, code, path) => {
    expect(appraise(value)).toMatchObject([
      { code, path, severity: 'error', message: expect.any(String), next: expect.any(String) },
    ])
  })

  test('a misspelt path is told the nearest', () => {
    expect(appraise({ claims: { 'tdx.quote.body.mrtd': 'ab12' } })[0]?.next).toContain('tdx.quote.body.mr_td')
  })

  test('a path that leads to two claims is no claim', () => {
    const claims = { a: { b: '1' }, 'a.b': '1' }
    const expectations = parseExpectationsValue({ claims: { 'a.b': '1' } })
    expect(appraiseExpectations({ tee: 'tdx', claims }, expectations)).toMatchObject([
      { code: 'APPRAISAL_CLAIM_MISSING', actual: 'ambiguous' },
      { code: 'APPRAISAL_MEASUREMENT_UNPINNED' },
    ])
  })

  test('TCB expectations refuse evidence that has no TCB', () => {
    const expectations = parseExpectationsValue({
      tcb: { minimum_date: '2020-01-01', minimum_evaluation_number: 0, allowed_advisories: [] },
    })
    const findings = appraiseExpectations({ tee: 'tpm', claims: {} }, expectations)
    expect(findings.filter(({ severity }) => severity === 'error')).toHaveLength(3)
  })
})

test('without a pinned measurement there is a warning', () => {
  const findings = (value: object) =>
    appraiseExpectations(subject, parseExpectationsValue(value)).map(({ code }) => code)
  expect(findings({ tee: 'tdx' })).toEqual(['APPRAISAL_MEASUREMENT_UNPINNED'])
  expect(findings({ claims: { 'tdx.quote.body.rtmr_0': '00ff' } })).toEqual([])
})

describe('reading', () => {
  test('TOML and JSON say the same', () => {
    const toml = `
      tee = "tdx"
      allow_debug = true
      [tcb]
      statuses = ["UpToDate", "SWHardeningNeeded"]
      minimum_date = 2024-03-13
      [claims]
      "tdx.quote.body.mr_td" = "ab12"
      tdx.quote.body.rtmr_0 = ["00ff", "11ff"]
      "tdx.tcb_eval_num" = { minimum = 17 }`
    const json = JSON.stringify({
      tee: ['tdx'],
      allow_debug: true,
      tcb: { statuses: ['UpToDate', 'SWHardeningNeeded'], minimum_date: '2024-03-13' },
      claims: {
        'tdx.quote.body.mr_td': 'ab12',
        'tdx.tcb_eval_num': { minimum: 17 },
        tdx: { quote: { body: { rtmr_0: ['00ff', '11ff'] } } },
      },
    })
    const expected = {
      tees: ['tdx'],
      allow: ['debug'],
      tcb: { statuses: ['UpToDate', 'SWHardeningNeeded'], minimumDateAt: Date.parse('2024-03-13') / 1000 },
    }
    const sorted = (file: string) => {
      const { claims, ...rest } = parseExpectations(file)
      return { ...rest, claims: [...claims].sort((a, b) => (a.path < b.path ? -1 : 1)) }
    }
    expect(sorted(toml)).toMatchObject(expected)
    expect(sorted(toml)).toEqual(sorted(json))
  })

  test.each<[string, string | object, string, RegExp | undefined]>([
    ['an unknown key', { clams: {} }, 'APPRAISAL_EXPECTATIONS_KEY_UNKNOWN', /clams; did you mean claims\?/],
    [
      'an unknown allowance',
      { allow_debugging: true },
      'APPRAISAL_EXPECTATIONS_KEY_UNKNOWN',
      /did you mean allow_debug\?/,
    ],
    ['an unknown TCB key', { tcb: { status: [] } }, 'APPRAISAL_EXPECTATIONS_KEY_UNKNOWN', /did you mean statuses\?/],
    [
      'an unknown rule key',
      { claims: { a: { value: 'x', msak: 'y' } } },
      'APPRAISAL_EXPECTATIONS_KEY_UNKNOWN',
      /did you mean mask\?/,
    ],
    [
      'an unknown status',
      { tcb: { statuses: ['Uptodate'] } },
      'APPRAISAL_EXPECTATIONS_INVALID',
      /did you mean UpToDate\?/,
    ],
    ['a revoked platform', { tcb: { statuses: ['Revoked'] } }, 'APPRAISAL_EXPECTATIONS_INVALID', undefined],
    ['an unknown kind', { tee: 'tdxx' }, 'APPRAISAL_EXPECTATIONS_INVALID', /did you mean tdx\?/],
    ['nothing', {}, 'APPRAISAL_EXPECTATIONS_EMPTY', undefined],
    ['an empty file', ' \n', 'APPRAISAL_EXPECTATIONS_EMPTY', undefined],
    ['a comment alone', '# nothing', 'APPRAISAL_EXPECTATIONS_EMPTY', undefined],
    ['no claims', { claims: {} }, 'APPRAISAL_EXPECTATIONS_EMPTY', undefined],
    ['an empty table of claims', { claims: { tdx: {} } }, 'APPRAISAL_EXPECTATIONS_EMPTY', undefined],
    ['an empty list of values', { claims: { a: [] } }, 'APPRAISAL_EXPECTATIONS_EMPTY', undefined],
    ['an empty list of statuses', { tcb: { statuses: [] } }, 'APPRAISAL_EXPECTATIONS_EMPTY', undefined],
    ['an empty list of kinds', { tee: [] }, 'APPRAISAL_EXPECTATIONS_EMPTY', undefined],
    ['a mask of zeros', { claims: { a: { value: '00', mask: '00' } } }, 'APPRAISAL_EXPECTATIONS_EMPTY', undefined],
    ['relaxations alone', { allow_debug: true }, 'APPRAISAL_EXPECTATIONS_EMPTY', undefined],
    ['a mask without a value', { claims: { a: { mask: 'ff' } } }, 'APPRAISAL_EXPECTATIONS_INVALID', undefined],
    [
      'a mask of another length',
      { claims: { a: { value: 'ff', mask: 'ffff' } } },
      'APPRAISAL_EXPECTATIONS_INVALID',
      undefined,
    ],
    [
      'two rules in one',
      { claims: { a: { minimum: 1, mask: 'ff', value: 'ff' } } },
      'APPRAISAL_EXPECTATIONS_INVALID',
      undefined,
    ],
    ['a bound that is a text', { claims: { a: { minimum: '1' } } }, 'APPRAISAL_EXPECTATIONS_INVALID', undefined],
    ['the same claim twice', { claims: { 'a.b': '1', a: { b: '2' } } }, 'APPRAISAL_EXPECTATIONS_INVALID', undefined],
    ['a flag that is a text', { allow_debug: 'no', tee: 'tdx' }, 'APPRAISAL_EXPECTATIONS_INVALID', undefined],
    ['a date that is none', { tcb: { minimum_date: 'yesterday' } }, 'APPRAISAL_EXPECTATIONS_INVALID', undefined],
    ['null', { claims: { a: null } }, 'APPRAISAL_EXPECTATIONS_INVALID', undefined],
    ['malformed TOML', 'claims = [', 'APPRAISAL_EXPECTATIONS_INVALID', undefined],
    ['malformed JSON', '{"claims":', 'APPRAISAL_EXPECTATIONS_INVALID', undefined],
    ['a key twice in JSON', '{"tee":"tdx","tee":"sgx"}', 'APPRAISAL_EXPECTATIONS_INVALID', undefined],
    ['a key twice in TOML', 'tee = "tdx"\ntee = "sgx"', 'APPRAISAL_EXPECTATIONS_INVALID', undefined],
  ])('%s is refused', (_name, file, code, message) => {
    const read = () => (typeof file === 'string' ? parseExpectations(file) : parseExpectationsValue(file))
    expect(read).toThrow(expect.objectContaining({ code, name: 'AppraisalError' }))
    if (message !== undefined) expect(read).toThrow(message)
  })

  test('whatever a file holds, only this error leaves', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.uint8Array({ maxLength: 200 })), (file) => {
        try {
          parseExpectations(file)
        } catch (error) {
          expect(error).toBeInstanceOf(AppraisalError)
        }
      }),
      { numRuns: 300 },
    )
  })
})
