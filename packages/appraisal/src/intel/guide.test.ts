/** The guide's printed result, on a production quote at a pinned time. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { type DcapCollateral, parseDcapCollateral, parseQuote, verifyDcapQuote } from '@veritee/evidence/dcap'
import { beforeAll, describe, expect, test } from 'vitest'
import { haveVectors, readVector, readVectorText, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { appraiseIntel } from './appraise.ts'
import { createPoliciesFromQuote } from './policy/template.ts'
import { createIntelPolicy, createTenantPolicy, writeIntelPolicies } from './policy/write.ts'
import { createResultDocument, encodeResultToken } from './result/encode.ts'
import { parseIntelResult, verifyResultToken } from './result/read.ts'
import { signPolicy, verifyPolicyToken } from './token/policy-token.ts'
import { createIntelSigner, parseIntelPublicKey } from './token/signer.ts'
import type { IntelPolicy } from './types.ts'
import { createVerificationResult, type VerificationResult } from './verification/document.ts'

const NOW = Date.parse('2025-06-25T00:00:00Z') / 1000

/** A key as `openssl ecparam -name secp384r1 -genkey` makes it. */
function makeKey(): { pkcs8: Uint8Array; publicPem: string } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const pem = privateKey.export({ type: 'sec1', format: 'pem' })
  const key = createPrivateKey(pem)
  return {
    pkcs8: new Uint8Array(key.export({ type: 'pkcs8', format: 'der' })),
    publicPem: createPublicKey(key).export({ type: 'spki', format: 'pem' }) as string,
  }
}

const TD_CHECKS = [
  'td_mrownerconfig_check',
  'td_xfam_check',
  'td_mrservicetd_check',
  'td_attributes_check',
  'td_rtmr3_check',
  'td_mrtd_check',
  'td_mrowner_check',
  'td_rtmr0_check',
  'td_mrconfigid_check',
  'td_rtmr1_check',
  'td_rtmr2_check',
]
const PLATFORM_CHECKS = [
  'platform_provider_id_check',
  'sgx_types_check',
  'cached_keys_check',
  'smt_enabled_check',
  'accepted_tcb_level_date_tag_check',
  'advisory_ids_check',
  'expiration_date_check',
  'tcb_eval_num_check',
  'earliest_accepted_tcb_level_date_tag_check',
  'tcb_status_check',
  'dynamic_platform_check',
]
const QE_CHECKS = [
  'td_qe_expiration_date_check',
  'td_qe_tcb_eval_num_check',
  'td_qe_earliest_accepted_tcb_level_date_tag_check',
  'td_qe_tcb_status_check',
  'td_qe_accepted_tcb_level_date_tag_check',
]

describe.skipIf(!haveVectors)(`the guide's result on a production quote${vectorsAbsent}`, () => {
  let bytes: Uint8Array
  let collateral: DcapCollateral
  let verification: VerificationResult
  beforeAll(async () => {
    bytes = readVector('dcap/tdx_quote')
    collateral = parseDcapCollateral(readVectorText('dcap/tdx_quote_collateral.json'))
    const verified = await verifyDcapQuote(bytes, { collateral, now: NOW })
    verification = createVerificationResult(verified, collateral, { now: NOW })
  })
  const appraise = (policies: readonly IntelPolicy[]) => appraiseIntel(verification, policies, { now: NOW })

  test('overall 1 with the guide policy, and its fields', async () => {
    const key = makeKey()
    const token = await signPolicy(writeIntelPolicies([createTenantPolicy()]), await createIntelSigner(key.pkcs8))
    const { policies } = await verifyPolicyToken(token)
    const { result } = appraise(policies)
    const [outer] = createResultDocument(result, 'object') as [{ result: Record<string, never> }]
    const document = outer.result as Record<string, unknown>
    expect(Object.keys(document).sort()).toEqual(
      expect.arrayContaining([
        'appraisal_check_date',
        'appraised_reports',
        'certification_data',
        'nonce',
        'overall_appraisal_result',
      ]),
    )
    expect(document['overall_appraisal_result']).toBe(1)
    expect(document['appraisal_check_date']).toBe(1750809600000000000n)
    const [wrapped] = document['certification_data'] as [{ certification_data: Record<string, string> }]
    expect(Object.keys(wrapped.certification_data).sort()).toEqual([
      'pck_crl',
      'pck_crl_issuer_chain',
      'qe_identity',
      'qe_identity_issuer_chain',
      'root_ca_crl',
      'tcb_info',
      'tcb_info_issuer_chain',
    ])
    expect(wrapped.certification_data['tcb_info']).toMatch(/^eyJ0/)
    expect(wrapped.certification_data['qe_identity']).toMatch(/^eyJl/)
    expect(wrapped.certification_data['pck_crl_issuer_chain']).toMatch(/^LS0t/)

    const reports = result.reports
    const td = reports.find(({ report }) => report.environment['Description'] === 'Application TD TCB')!
    expect(td.report.environment['class_id']).toBe('45b734fc-aa4e-4c3d-ad28-e43d08880e68')
    expect(Object.keys(td.detailed![0]!).sort()).toEqual([...TD_CHECKS].sort())
    expect(td.policy!.signingKey).toMatchObject({ kty: 'EC', crv: 'P-384', alg: 'ES384' })
    // The guide prints tdx_mrservicetd for a quote that carries it; this quote is of version 4, which does not.
    expect(Object.keys(td.report.measurement).sort()).toEqual(
      'tdx_attributes tdx_mrconfigid tdx_mrowner tdx_mrownerconfig tdx_mrtd tdx_reportdata tdx_rtmr0 tdx_rtmr1 tdx_rtmr2 tdx_rtmr3 tdx_xfam'.split(
        ' ',
      ),
    )
    const platform = reports.find(({ report }) => report.environment['description'] === 'TDX Platform TCB')!
    expect(platform.report.environment['class_id']).toBe('f708b97f-0fb2-4e6b-8b03-8a5bcd1221d3')
    expect(Object.keys(platform.detailed![0]!).sort()).toEqual([...PLATFORM_CHECKS].sort())
    expect(Object.keys(platform.report.measurement).sort()).toEqual(
      'earliest_expiration_date earliest_issue_date fmspc is_cached_keys_policy is_dynamic_platform is_smt_enabled latest_issue_date pck_crl_num root_ca_crl_num root_key_id sgx_types tcb_eval_num tcb_level_date_tag tcb_status'.split(
        ' ',
      ),
    )
    expect(platform.report.measurement).toMatchObject({
      earliest_issue_date: '2018-05-21T10:45:10Z',
      fmspc: 'B0C06F000000',
      tcb_status: ['UpToDate'],
      tcb_eval_num: 17,
      sgx_types: 1,
      root_ca_crl_num: 1,
    })
    // The guide shows the first digits of the same root.
    expect(platform.report.measurement['root_key_id']).toMatch(/^9309/)
    const qe = reports.find(({ report }) => report.environment['Description'] === 'RAW TDX QE Report')!
    expect(qe.report.environment['class_id']).toBe('3769258c-75e6-4bc7-8d72-d2b0e224cad2')
    expect(Object.keys(qe.detailed![0]!).sort()).toEqual([...QE_CHECKS].sort())
    expect(Object.keys(qe.report.measurement).sort()).toEqual(
      'earliest_expiration_date earliest_issue_date latest_issue_date root_key_id tcb_eval_num tcb_level_date_tag tcb_status'.split(
        ' ',
      ),
    )
  })

  test('the token carries it, signed, in either shape', async () => {
    const key = makeKey()
    const signer = await createIntelSigner(key.pkcs8)
    const { result } = appraise([createTenantPolicy()])
    for (const shape of ['array', 'object'] as const) {
      const token = await encodeResultToken(result, signer, shape)
      const read = await verifyResultToken(token, { keys: [parseIntelPublicKey(key.publicPem)] })
      expect(read).toMatchObject({ authentic: true, result: { overall: 1, checkDate: 1750809600000000000n } })
      expect(read.result.certificationData[0]).toEqual(result.certificationData[0])
    }
    expect(
      parseIntelResult(
        '[{"result":{"overall_appraisal_result":1,"appraisal_check_date":1710400829000000000,"nonce":502551065253582,"appraised_reports":[{"appraisal_result":-1,"report":{"environment":{},"measurement":{}}}]}}]',
      ).checkDate,
    ).toBe(1710400829000000000n)
  })

  test('the policies written from the quote accept it, and 0 after each reference is changed, naming its check', () => {
    const policies = createPoliciesFromQuote(parseQuote(bytes))
    expect(appraise(policies).result.overall).toBe(1)
    const tenant = policies[0]!
    const changed = Object.entries(tenant.reference).filter(([name]) => !name.endsWith('_mask'))
    expect(changed.length).toBe(10)
    for (const [name, value] of changed) {
      const text = value as string
      const reference = { ...tenant.reference, [name]: (text[0] === 'F' ? '0' : 'F') + text.slice(1) }
      const { result, reports } = appraise([createIntelPolicy(tenant.classId, reference), ...policies.slice(1)])
      expect(result.overall, name).toBe(0)
      const failed = reports.flatMap(({ checks }) => checks).filter((check) => check.result === 'fail')
      expect(failed.map(({ id }) => id)).toEqual([`${name.replace('tdx_', 'td_')}_check`])
      expect(failed[0]!.expected).toBeDefined()
      expect(failed[0]!.actual).toEqual(text)
    }
  })

  test('0 after each reference of platform and quoting enclave is changed, naming its check', () => {
    const platform = 'f708b97f-0fb2-4e6b-8b03-8a5bcd1221d3'
    const enclave = '3769258c-75e6-4bc7-8d72-d2b0e224cad2'
    const base = { accepted_tcb_status: ['UpToDate'], min_eval_num: 16 }
    const good = [createTenantPolicy(), createIntelPolicy(platform, base), createIntelPolicy(enclave, base)]
    expect(appraise(good).result.overall).toBe(1)
    const failing: [string, object, string][] = [
      [platform, { ...base, min_eval_num: 18 }, 'tcb_eval_num_check'],
      [platform, { ...base, accepted_tcb_status: ['OutOfDate'] }, 'tcb_status_check'],
      [platform, { ...base, min_tcb_level_date: '2030-01-01T00:00:00Z' }, 'accepted_tcb_level_date_tag_check'],
      [enclave, { ...base, min_eval_num: 18 }, 'td_qe_tcb_eval_num_check'],
      [enclave, { ...base, accepted_tcb_status: 'OutOfDate' }, 'td_qe_tcb_status_check'],
    ]
    for (const [classId, reference, name] of failing) {
      const others = good.filter((policy) => policy.classId !== classId)
      const { result, reports } = appraise([...others, createIntelPolicy(classId, { ...reference })])
      expect(result.overall).toBe(0)
      expect(
        reports.flatMap(({ checks }) => checks.filter((check) => check.result === 'fail').map(({ id }) => id)),
      ).toEqual([name])
    }
  })

  test('a tenant without a policy is -1, not 1', () => {
    const { result } = appraise([])
    expect(result.overall).toBe(-1)
    expect(result.reports.map(({ verdict }) => verdict)).toEqual([1, 1, -1])
  })
})
