/** Every check of every class has a case that passes and one that fails; where the original differs, that is a case too. */
import { describe, expect, test } from 'vitest'
import { checkReport } from '../appraise.ts'
import { findIntelClass, INTEL_CLASS_LIST } from '../classes.ts'
import type { JsonObject } from '../types.ts'
import { listRules } from './index.ts'

const NOW = Date.parse('2025-06-25T00:00:00Z') / 1000
const TWO = '2222222222222222'
const PLATFORM: JsonObject = {
  tcb_status: ['UpToDate'],
  earliest_expiration_date: '2025-07-19T00:00:00Z',
  tcb_level_date_tag: '2025-06-01T00:00:00Z',
  tcb_eval_num: 17,
  sgx_types: 1,
  is_dynamic_platform: true,
  is_cached_keys_policy: true,
  is_smt_enabled: true,
  advisory_ids: ['INTEL-SA-00001'],
  platform_provider_id: 'AB',
}
const ENCLAVE: JsonObject = {
  sgx_miscselect: '00000001',
  sgx_attributes: `${TWO}0000000000000005`,
  sgx_ce_attributes: '0'.repeat(32),
  sgx_mrenclave: 'AA'.repeat(32),
  sgx_mrsigner: 'BB'.repeat(32),
  sgx_isvprodid: 7,
  sgx_isvsvn: 3,
  sgx_configid: 'CC'.repeat(64),
  sgx_configsvn: 2,
  sgx_isvextprodid: 'DD'.repeat(16),
  sgx_isvfamilyid: 'EE'.repeat(16),
}
const REGISTERS = 'mrconfigid mrowner mrownerconfig mrtd rtmr0 rtmr1 rtmr2 rtmr3 mrservicetd'.split(' ')
const TD: JsonObject = {
  tdx_attributes: '0000000010000000',
  tdx_xfam: '00000000000642E7',
  ...Object.fromEntries(REGISTERS.map((name, index) => [`tdx_${name}`, `A${index}`.repeat(48)])),
}
const GRACE = { collateral_grace_period: 0, accepted_tcb_status: ['UpToDate', 'OutOfDate'] }
const OLD = { ...PLATFORM, tcb_status: ['OutOfDate'], tcb_level_date_tag: '2025-06-01T00:00:00Z' }

interface Case {
  readonly check: string
  readonly reference: JsonObject
  readonly measurement: JsonObject
  readonly passes: boolean
  /** Where Intel's own engine answers otherwise. */
  readonly original?: boolean
}

const pass = (check: string, reference: JsonObject, measurement: JsonObject, original?: boolean): Case => ({
  check,
  reference,
  measurement,
  passes: true,
  ...(original === undefined ? {} : { original }),
})
const fail = (check: string, reference: JsonObject, measurement: JsonObject, original?: boolean): Case => ({
  ...pass(check, reference, measurement, original),
  passes: false,
})

/** For platforms and, with the prefix, for quoting enclaves. */
const tcbCases = (prefix: string): Case[] => [
  pass(`${prefix}tcb_status_check`, { accepted_tcb_status: ['uptodate'] }, PLATFORM),
  pass(`${prefix}tcb_status_check`, { accepted_tcb_status: 'UpToDate' }, PLATFORM),
  fail(`${prefix}tcb_status_check`, { accepted_tcb_status: ['UpToDate'] }, OLD),
  fail(`${prefix}tcb_status_check`, { accepted_tcb_status: ['OutOfDate'] }, OLD),
  fail(`${prefix}tcb_status_check`, {}, PLATFORM),
  fail(`${prefix}tcb_status_check`, { accepted_tcb_status: ['UpToDate'] }, { ...PLATFORM, tcb_status: undefined }),
  fail(
    `${prefix}tcb_status_check`,
    { accepted_tcb_status: ['UpToDate'] },
    { ...PLATFORM, tcb_status_current: ['OutOfDate'] },
    true,
  ),
  pass(`${prefix}expiration_date_check`, { collateral_grace_period: 0 }, PLATFORM),
  pass(`${prefix}expiration_date_check`, {}, PLATFORM),
  pass(
    `${prefix}expiration_date_check`,
    { collateral_grace_period: 86_400 },
    { ...PLATFORM, earliest_expiration_date: '2025-06-24T00:00:00Z' },
  ),
  fail(
    `${prefix}expiration_date_check`,
    { collateral_grace_period: 86_399 },
    { ...PLATFORM, earliest_expiration_date: '2025-06-24T00:00:00Z' },
  ),
  fail(`${prefix}expiration_date_check`, {}, { ...PLATFORM, earliest_expiration_date: '2025-06-24T00:00:00Z' }, true),
  fail(`${prefix}expiration_date_check`, { collateral_grace_period: 0, min_eval_num: 0 }, PLATFORM),
  fail(
    `${prefix}expiration_date_check`,
    { collateral_grace_period: 0 },
    { ...PLATFORM, earliest_expiration_date: 'soon' },
  ),
  pass(`${prefix}earliest_accepted_tcb_level_date_tag_check`, {}, OLD),
  pass(`${prefix}earliest_accepted_tcb_level_date_tag_check`, { ...GRACE, platform_grace_period: 2_073_600 }, OLD),
  pass(`${prefix}earliest_accepted_tcb_level_date_tag_check`, { ...GRACE, platform_grace_period: 0 }, PLATFORM),
  pass(`${prefix}earliest_accepted_tcb_level_date_tag_check`, { ...GRACE, platform_grace_period: 2 ** 53 - 1 }, OLD),
  fail(`${prefix}earliest_accepted_tcb_level_date_tag_check`, { ...GRACE, platform_grace_period: 2_073_599 }, OLD),
  fail(
    `${prefix}earliest_accepted_tcb_level_date_tag_check`,
    { accepted_tcb_status: ['UpToDate', 'OutOfDate'], platform_grace_period: 9e9 },
    OLD,
  ),
  fail(
    `${prefix}earliest_accepted_tcb_level_date_tag_check`,
    { ...GRACE, platform_grace_period: 0 },
    { ...OLD, tcb_status: ['TDRelaunchAdvised'] },
    true,
  ),
  pass(`${prefix}accepted_tcb_level_date_tag_check`, { min_tcb_level_date: '2025-06-01T00:00:00Z' }, PLATFORM),
  fail(`${prefix}accepted_tcb_level_date_tag_check`, { min_tcb_level_date: '2025-06-01T00:00:01Z' }, PLATFORM, true),
  fail(`${prefix}accepted_tcb_level_date_tag_check`, { min_tcb_level_date: '2025-02-30T00:00:00Z' }, PLATFORM, true),
  pass(`${prefix}tcb_eval_num_check`, { min_eval_num: 17 }, PLATFORM),
  fail(`${prefix}tcb_eval_num_check`, { min_eval_num: 18 }, PLATFORM),
  fail(`${prefix}tcb_eval_num_check`, { min_eval_num: 17, collateral_grace_period: 0 }, PLATFORM),
]

const PLATFORM_CASES: Case[] = [
  ...tcbCases(''),
  pass('platform_provider_id_check', {}, PLATFORM),
  pass('platform_provider_id_check', { accepted_platform_provider_ids: ['ab'] }, PLATFORM, false),
  fail('platform_provider_id_check', { accepted_platform_provider_ids: ['ac'] }, PLATFORM),
  fail('platform_provider_id_check', { accepted_platform_provider_ids: ['ab'] }, {}),
  pass('dynamic_platform_check', { allow_dynamic_platform: true }, PLATFORM),
  pass('dynamic_platform_check', { allow_dynamic_platform: false }, {}),
  fail('dynamic_platform_check', { allow_dynamic_platform: false }, PLATFORM),
  pass('cached_keys_check', { allow_cached_keys: true }, PLATFORM),
  fail('cached_keys_check', { allow_cached_keys: false }, PLATFORM, true),
  pass('smt_enabled_check', { allow_smt_enabled: true }, PLATFORM),
  fail('smt_enabled_check', { allow_smt_enabled: false }, PLATFORM, true),
  pass('advisory_ids_check', { rejected_advisory_ids: ['INTEL-SA-00002'] }, PLATFORM),
  fail('advisory_ids_check', { rejected_advisory_ids: ['intel-sa-00001'] }, PLATFORM),
  pass('sgx_types_check', { accepted_sgx_types: [1, 2] }, PLATFORM, false),
  pass('sgx_types_check', { accepted_sgx_types: 1 }, PLATFORM, false),
  fail('sgx_types_check', { accepted_sgx_types: 0 }, PLATFORM),
]

const ones = (bytes: number): string => 'F'.repeat(2 * bytes)
const ENCLAVE_CASES: Case[] = [
  pass('sgx_miscselcect_check', { sgx_miscselect: '00000001', sgx_miscselect_mask: ones(4) }, ENCLAVE),
  pass('sgx_miscselcect_check', { sgx_miscselect: '00000001' }, ENCLAVE, false),
  fail('sgx_miscselcect_check', { sgx_miscselect: '00000000', sgx_miscselect_mask: ones(4) }, ENCLAVE),
  pass('sgx_attributes_check', { sgx_attributes: `${TWO}0000000000000005`, sgx_attributes_mask: ones(16) }, ENCLAVE),
  fail('sgx_attributes_check', { sgx_attributes: `${TWO}0000000000000007`, sgx_attributes_mask: ones(16) }, ENCLAVE),
  fail('sgx_attributes_check', {}, ENCLAVE),
  fail('sgx_attributes_check', { sgx_attributes: `${TWO}0000000000000005` }, ENCLAVE),
  pass('sgx_ce_attributes_check', { sgx_ce_attributes: '0'.repeat(32), sgx_ce_attributes_mask: ones(16) }, ENCLAVE),
  fail('sgx_ce_attributes_check', { sgx_ce_attributes: '0'.repeat(32), sgx_ce_attributes_mask: ones(16) }, {}),
  pass('sgx_mrenclave_check', { sgx_mrenclave: 'aa'.repeat(32) }, ENCLAVE),
  fail('sgx_mrenclave_check', { sgx_mrenclave: 'ab'.repeat(32) }, ENCLAVE),
  pass('sgx_mrsigner_check', { sgx_mrsigner: 'BB'.repeat(32) }, ENCLAVE),
  fail('sgx_mrsigner_check', { sgx_mrsigner: 'BC'.repeat(32) }, ENCLAVE),
  pass('sgx_isvprod_id_check', { sgx_isvprodid: 7 }, ENCLAVE),
  fail('sgx_isvprod_id_check', { sgx_isvprodid: 6 }, ENCLAVE),
  pass('sgx_isvsvn_check', { sgx_isvsvn_min: 3 }, ENCLAVE),
  fail('sgx_isvsvn_check', { sgx_isvsvn_min: 4 }, ENCLAVE),
  pass('sgx_configid_check', { sgx_configid: 'CC'.repeat(64) }, ENCLAVE),
  fail('sgx_configid_check', { sgx_configid: 'CD'.repeat(64) }, ENCLAVE),
  pass('sgx_configsvn_check', { sgx_configsvn_min: 2 }, ENCLAVE),
  fail('sgx_configsvn_check', { sgx_configsvn_min: 3 }, ENCLAVE),
  pass('sgx_isvextprodid_check', { sgx_isvextprodid: 'DD'.repeat(16) }, ENCLAVE),
  fail('sgx_isvextprodid_check', { sgx_isvextprodid: 'DE'.repeat(16) }, ENCLAVE),
  pass('sgx_isvfamilyid_check', { sgx_isvfamilyid: 'ee'.repeat(16) }, ENCLAVE),
  pass('sgx_isvfamilyid_check', { sgx_isvfamilyid: 'EE'.repeat(16) }, ENCLAVE, false),
  fail('sgx_isvfamilyid_check', { sgx_isvfamilyid: 'EF'.repeat(16) }, ENCLAVE),
]

const OPEN = { ...TD, tdx_attributes: '0000000010000001' }
const UPPER = { ...TD, tdx_attributes: '8000000010000000' }
const TD_CASES: Case[] = [
  pass('td_attributes_check', { tdx_attributes: '0000000010000000' }, TD),
  pass('td_attributes_check', {}, TD),
  fail('td_attributes_check', {}, OPEN, true),
  fail('td_attributes_check', { tdx_attributes: '0000000010000000' }, OPEN),
  fail('td_attributes_check', { tdx_attributes: '0000000010000000' }, UPPER, true),
  pass('td_attributes_check', { tdx_attributes: '0000000010000000', tdx_attributes_mask: '00000000FFFFFFFF' }, UPPER),
  fail('td_attributes_check', { tdx_attributes: '0000000010000000', tdx_attributes_mask: '00000000' }, OPEN, true),
  fail('td_attributes_check', { tdx_attributes: '0000000010000000', tdx_attributes_mask: '' }, OPEN, true),
  pass('td_xfam_check', { tdx_xfam: '00000000000642e7', tdx_xfam_mask: ones(8) }, TD),
  pass('td_xfam_check', { tdx_xfam: '00000000000642E7' }, TD),
  fail('td_xfam_check', { tdx_xfam: '00000000000642E6' }, TD),
  ...REGISTERS.flatMap((name) => [
    pass(`td_${name}_check`, { [`tdx_${name}`]: String(TD[`tdx_${name}`]).toLowerCase() }, TD),
    fail(`td_${name}_check`, { [`tdx_${name}`]: '0'.repeat(96) }, TD),
    fail(`td_${name}_check`, { [`tdx_${name}`]: TD[`tdx_${name}`] }, { ...TD, [`tdx_${name}`]: undefined }),
  ]),
]

const CASES: Readonly<Record<string, readonly Case[]>> = {
  platform: PLATFORM_CASES,
  'quoting-enclave': tcbCases('td_qe_'),
  enclave: ENCLAVE_CASES,
  td: TD_CASES,
}

describe.each(INTEL_CLASS_LIST.map((known) => [known.name, known] as const))('%s', (_name, known) => {
  const cases = CASES[known.kind]!

  test('has a passing and a failing case for every check', () => {
    for (const { name } of listRules(known.kind)) {
      const outcomes = cases.filter(({ check }) => check === name).map(({ passes }) => passes)
      expect(outcomes, name).toContain(true)
      expect(outcomes, name).toContain(false)
    }
  })

  test.each(
    cases.map((entry, index) => [`${index} ${entry.check} ${entry.passes ? 'passes' : 'fails'}`, entry] as const),
  )('%s', (_title, { check, reference, measurement, passes, original = passes }) => {
    const find = (intelCompatible: boolean) =>
      checkReport(findIntelClass(known.id)!, reference, measurement, NOW, intelCompatible).find(
        ({ id }) => id === check,
      )!
    const strict = find(false)
    expect(strict.result).toBe(passes ? 'pass' : 'fail')
    expect(strict.original).toBe(original)
    expect(find(true).result).toBe(original ? 'pass' : 'fail')
    if (!passes) {
      expect(strict.code).toBe(`INTEL_${check.toUpperCase()}_FAILED`)
      expect(strict.expected).toBeDefined()
      expect(strict.actual).toBeDefined()
      expect(strict.next).toBeDefined()
    }
  })
})
