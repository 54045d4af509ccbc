/** Quotes of real platforms with collateral of their time, under Intel's pinned root. */
import { encodeHex } from '@veritee/codec/bytes'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVector, readVectorText, vectorsAbsent } from '../../../../../testkit/vectors.ts'
import { EvidenceError } from '../../errors.ts'
import { appraiseDcap } from '../acceptance/index.ts'
import { type DcapCollateral, encodeDcapCollateral, parseDcapCollateral } from '../collateral/index.ts'
import { type DcapTrust, verifyDcapQuote, verifySgxQuote, verifyTdxQuote } from './index.ts'

const JUNE_2025 = Date.UTC(2025, 5, 25) / 1000
const FEBRUARY_2026 = Date.UTC(2026, 1, 25) / 1000

const trustOf = (name: string, now: number): DcapTrust => ({
  collateral: parseDcapCollateral(readVectorText(`dcap/${name}_collateral.json`)),
  now,
})

describe.skipIf(!haveVectors)(`genuine quotes${vectorsAbsent}`, () => {
  test('TDX 4: up to date', async () => {
    const verified = await verifyTdxQuote(readVector('dcap/tdx_quote'), trustOf('tdx_quote', JUNE_2025))
    expect(verified).toMatchObject({ root: 'Intel SGX Root CA', simulated: false, expired: false, shortfall: [] })
    expect(verified.tcb.status).toBe('UpToDate')
    expect(verified.tcb.launch.advisoryIds).toEqual([])
    expect(verified.tcb.launch.module).toMatchObject({ id: 'TDX_01', status: 'UpToDate' })
    expect(verified.pck).toMatchObject({ ca: 'platform', pceSvn: 11, sgxType: 'Scalable' })
    expect(encodeHex(verified.pck.fmspc)).toBe('b0c06f000000')
    expect(verified.supplemental).toMatchObject({ tcbEvaluationDataNumber: 17, pckCrlNumber: '1' })
    expect(verified.expiresAt).toBe(Math.min(...verified.windows.map((window) => window.notAfterAt)))
    expect(verified.checks.every((check) => check.result === 'pass')).toBe(true)
    expect(appraiseDcap(verified)).toEqual([])
  })

  test('SGX 3: configuration and software hardening needed', async () => {
    const verified = await verifySgxQuote(readVector('dcap/sgx_quote'), trustOf('sgx_quote', JUNE_2025))
    expect(verified.tcb.status).toBe('ConfigurationAndSWHardeningNeeded')
    expect(verified.tcb.launch.advisoryIds).toEqual(['INTEL-SA-00289', 'INTEL-SA-00615'])
    expect(verified.tcb.current).toBe(verified.tcb.launch)
    expect(verified.pck).toMatchObject({ ca: 'processor', sgxType: 'Standard' })
    expect(appraiseDcap(verified).map((finding) => finding.code)).toEqual(['DCAP_TCB_STATUS_UNACCEPTED'])
    expect(appraiseDcap(verified, { tcbStatuses: ['ConfigurationAndSWHardeningNeeded'] })).toEqual([])
  })

  test('TDX 5: no level matches, and the component that is too old is named', async () => {
    const trust = trustOf('tdx_quote_outdated', FEBRUARY_2026)
    const error = await verifyDcapQuote(readVector('dcap/tdx_quote_outdated'), trust).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(EvidenceError)
    const { code, details } = error as EvidenceError
    expect(code).toBe('DCAP_TCB_PLATFORM_NOT_SUPPORTED')
    expect(details['shortfall']).toMatchObject([
      { side: 'launch', component: 'sgx.component.08', type: 'SEAMLDR ACM', have: 3, need: 5 },
    ])
    expect(details['checks']).toMatchObject(expect.arrayContaining([{ id: 'quote.signature', result: 'pass' }]))
  })

  test('the wrong kind of TEE', async () => {
    const trust = trustOf('tdx_quote', JUNE_2025)
    await expect(verifySgxQuote(readVector('dcap/tdx_quote'), trust)).rejects.toMatchObject({
      code: 'DCAP_QUOTE_TEE_MISMATCH',
    })
  })

  const sgx = (): DcapCollateral => trustOf('sgx_quote', JUNE_2025).collateral
  test.each<readonly [string, (collateral: DcapCollateral) => Partial<DcapCollateral>, string]>([
    ['both CRLs garbage', () => ({ rootCaCrl: 'garbage', pckCrl: 'garbage' }), 'DCAP_ROOT_CRL_INVALID'],
    ['both CRLs empty', () => ({ rootCaCrl: '', pckCrl: '' }), 'DCAP_ROOT_CRL_INVALID'],
    ['PCK CRL cut', ({ pckCrl }) => ({ pckCrl: pckCrl.slice(0, -2) }), 'DCAP_PCK_CRL_INVALID'],
    ['PCK CRL forged', ({ pckCrl }) => ({ pckCrl: `${pckCrl.slice(0, -2)}00` }), 'DCAP_PCK_CRL_SIGNATURE_INVALID'],
    ['PCK CRL of the other CA', () => ({ pckCrl: sgx().pckCrl }), 'DCAP_PCK_CRL_ISSUER_MISMATCH'],
    ['PCK CRL is the root CRL', ({ rootCaCrl }) => ({ pckCrl: rootCaCrl }), 'DCAP_PCK_CRL_ISSUER_MISMATCH'],
    [
      'TCB info re-formatted',
      ({ tcbInfo }) => ({ tcbInfo: JSON.stringify(JSON.parse(tcbInfo), undefined, 1) }),
      'DCAP_TCB_INFO_SIGNATURE_INVALID',
    ],
    [
      'TCB info of SGX',
      () => ({ tcbInfo: sgx().tcbInfo, tcbInfoSignature: sgx().tcbInfoSignature }),
      'DCAP_TCB_INFO_TEE_MISMATCH',
    ],
    [
      'identity of the SGX quoting enclave',
      () => ({ qeIdentity: sgx().qeIdentity!, qeIdentitySignature: sgx().qeIdentitySignature! }),
      'DCAP_QE_IDENTITY_TEE_MISMATCH',
    ],
  ])('refused: %s', async (_, change, code) => {
    const trust = trustOf('tdx_quote', JUNE_2025)
    const collateral = { ...trust.collateral, ...change(trust.collateral) }
    await expect(verifyDcapQuote(readVector('dcap/tdx_quote'), { ...trust, collateral })).rejects.toMatchObject({
      code,
    })
  })

  test.each([
    ['before anything was issued', Date.UTC(2017, 0, 1) / 1000, 'DCAP_CERTIFICATE_NOT_YET_VALID'],
    ['before TCB info was issued', Date.UTC(2025, 5, 19, 10, 12) / 1000, 'DCAP_TCB_INFO_NOT_YET_VALID'],
    ['after the lists ended', Date.UTC(2025, 6, 20) / 1000, 'DCAP_PCK_CRL_EXPIRED'],
  ])('refused: %s', async (_, now, code) => {
    const trust = trustOf('tdx_quote', now)
    await expect(verifyDcapQuote(readVector('dcap/tdx_quote'), trust)).rejects.toMatchObject({ code })
  })

  test('bundles survive being written and read, also with Intel’s envelopes inside', async () => {
    const { collateral } = trustOf('tdx_quote', JUNE_2025)
    expect(parseDcapCollateral(encodeDcapCollateral(collateral))).toEqual(collateral)
    const members = JSON.parse(encodeDcapCollateral(collateral)) as Record<string, string>
    const { tcb_info_signature, qe_identity_signature, ...rest } = members
    const enveloped = {
      ...rest,
      tcb_info: `{"tcbInfo":${members['tcb_info']},"signature":"${tcb_info_signature}"}`,
      qe_identity: `{"enclaveIdentity":${members['qe_identity']},"signature":"${qe_identity_signature}"}`,
    }
    expect(parseDcapCollateral(JSON.stringify(enveloped))).toEqual(collateral)
  })
})
