/** Acceptance of genuine quotes: strict by default, everything else by its name. */
import { fileURLToPath } from 'node:url'
import { encodeHex } from '@veritee/codec/bytes'
import { describe, expect, test } from 'vitest'
import { appraiseDcap, type DcapAcceptance } from '../src/dcap/acceptance/index.ts'
import { parseDcapRoot } from '../src/dcap/roots.ts'
import { type VerifiedDcap, verifyDcapQuote } from '../src/dcap/verify/index.ts'
import { collateralOf, readCorpus } from './corpus.ts'

const cases = readCorpus(fileURLToPath(new URL('dcap-open.jsonl.gz', import.meta.url)))

async function verify(name: string, allowExpired = false): Promise<VerifiedDcap> {
  const item = cases.find((candidate) => candidate.name === name)!
  const roots = [parseDcapRoot(item.collateral['root_ca']!)]
  const quote = new Uint8Array(Buffer.from(item.quote, 'base64'))
  return await verifyDcapQuote(quote, { collateral: collateralOf(item), now: item.at, roots, allowExpired })
}

const codesOf = (verified: VerifiedDcap, acceptance?: DcapAcceptance): readonly string[] =>
  appraiseDcap(verified, acceptance).map((finding) => finding.code)

describe.each<readonly [string, string, DcapAcceptance]>([
  ['attributes/td_debug_v4', 'DCAP_TD_DEBUG', { allowDebug: true }],
  ['attributes/sgx_debug_v4', 'DCAP_ENCLAVE_DEBUG', { allowDebug: true }],
  ['attributes/td_sept_ve_disable_clear_v5', 'DCAP_TD_SEPT_VE_ENABLED', { allowSeptVe: true }],
  ['attributes/td_migratable_v4', 'DCAP_TD_MIGRATABLE', { allowMigratable: true }],
  ['attributes/td_tud_bit_5', 'DCAP_TD_ATTRIBUTES_UNACCEPTED', { allowTdAttributes: 1n << 5n }],
  ['attributes/td_other_bit_61', 'DCAP_TD_ATTRIBUTES_UNACCEPTED', { allowTdAttributes: 1n << 61n }],
  ['module/module1_isvsvn_2', 'DCAP_TCB_STATUS_UNACCEPTED', { tcbStatuses: ['UpToDate', 'OutOfDate'] }],
])('%s', (name, code, acceptance) => {
  test(`is refused with ${code} unless allowed by name`, async () => {
    const verified = await verify(name)
    expect(codesOf(verified)).toEqual([code])
    expect(codesOf(verified, acceptance)).toEqual([])
    for (const finding of appraiseDcap(verified)) {
      expect(finding).toMatchObject({ severity: 'error', message: expect.any(String), next: expect.any(String) })
    }
  })
})

test.each(['attributes/td_pks_v4', 'attributes/td_key_locker_v4', 'attributes/td_perfmon_v4', 'ok/sgx_v3'])(
  '%s is accepted',
  async (name) => {
    expect(codesOf(await verify(name))).toEqual([])
  },
)

test('a module revoked since launch is refused although the launch was up to date', async () => {
  const verified = await verify('relaunch/plat_launchU_currentR')
  expect(verified.tcb.status).toBe('UpToDate')
  expect(codesOf(verified)).toEqual(['DCAP_TCB_CURRENT_STATUS_UNACCEPTED'])
  expect(codesOf(verified, { currentTcbStatuses: ['Revoked'] })).toEqual([])
})

test('expired collateral needs two words: one of verification, one of acceptance', async () => {
  const name = 'dates/only_qe_identity_expired'
  await expect(verify(name)).rejects.toMatchObject({ code: 'DCAP_QE_IDENTITY_EXPIRED' })
  const verified = await verify(name, true)
  expect(codesOf(verified)).toEqual(['DCAP_COLLATERAL_EXPIRED'])
  expect(codesOf(verified, { allowExpired: true })).toEqual([])
})

test('refusals asked for by name', async () => {
  const verified = await verify('ok/tdx_v4_module1')
  const ppid = encodeHex(verified.pck.ppid)
  expect(codesOf(verified, { platforms: [ppid.toUpperCase()] })).toEqual([])
  expect(codesOf(verified, { platforms: [] })).toEqual(['DCAP_PLATFORM_UNKNOWN'])
  const { tcbEvaluationDataNumber } = verified.supplemental
  expect(codesOf(verified, { minTcbEvaluationDataNumber: tcbEvaluationDataNumber })).toEqual([])
  expect(codesOf(verified, { minTcbEvaluationDataNumber: tcbEvaluationDataNumber + 1 })).toEqual([
    'DCAP_TCB_EVALUATION_TOO_OLD',
  ])
  const advised = await verify('advisories/platform_1_ids')
  const [id] = advised.tcb.launch.advisoryIds
  expect(codesOf(advised, { refuseAdvisories: [id!] })).toEqual(['DCAP_ADVISORY_REFUSED'])
  const bound = await verify('attributes/td_mr_servicetd_nonzero')
  expect(codesOf(bound)).toEqual([])
  expect(codesOf(bound, { refuseServiceTd: true })).toEqual(['DCAP_TD_SERVICE_TD_BOUND'])
})
