import { parseDcapCollateral } from '@veritee/evidence/dcap'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVector, readVectorText, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { judgeEvidence } from './index.ts'

const at = (text: string) => Date.parse(text) / 1000

describe.skipIf(!haveVectors)(`quotes of real machines${vectorsAbsent}`, () => {
  const bundle = (name: string) => parseDcapCollateral(readVectorText(`dcap/${name}_collateral.json`))

  test('a TDX quote of an up-to-date platform is genuine and accepted; freshness and measurements are unasked', async () => {
    const judgement = await judgeEvidence(readVector('dcap/tdx_quote'), {
      now: at('2025-06-25T00:00:00Z'),
      collateral: [bundle('sgx_quote'), bundle('tdx_quote')],
    })
    expect(judgement).toMatchObject({
      tee: 'tdx',
      answers: { readable: 'yes', genuine: 'yes', fresh: 'unasked', expected: 'unasked' },
      genuine: true,
      accepted: true,
      status: 'UpToDate',
      advisories: [],
      findings: [],
      simulated: false,
      root: 'Intel SGX Root CA',
    })
    expect(judgement.checks.filter(({ result }) => result === 'skip').map(({ code }) => code)).toEqual([
      'APPRAISAL_FRESHNESS_UNASKED',
    ])
  })

  test('an SGX quote is genuine and refused for its status, until that is accepted by name', async () => {
    const options = { now: at('2025-06-25T00:00:00Z'), collateral: bundle('sgx_quote') }
    const refused = await judgeEvidence(readVector('dcap/sgx_quote'), options)
    expect(refused).toMatchObject({
      tee: 'sgx',
      answers: { genuine: 'yes', expected: 'no' },
      accepted: false,
      status: 'ConfigurationAndSWHardeningNeeded',
      advisories: ['INTEL-SA-00289', 'INTEL-SA-00615'],
      findings: [{ code: 'DCAP_TCB_STATUS_UNACCEPTED', severity: 'error' }],
    })
    const accepted = await judgeEvidence(readVector('dcap/sgx_quote'), {
      ...options,
      acceptance: { tcbStatuses: ['ConfigurationAndSWHardeningNeeded'] },
    })
    expect(accepted).toMatchObject({ answers: { expected: 'unasked' }, accepted: true, findings: [] })
  })

  test('a platform below every TCB level is not genuine, and the trail ends with the reason', async () => {
    const judgement = await judgeEvidence(readVector('dcap/tdx_quote_outdated'), {
      now: at('2026-02-25T00:00:00Z'),
      collateral: bundle('tdx_quote_outdated'),
    })
    expect(judgement).toMatchObject({
      tee: 'tdx',
      answers: { readable: 'yes', genuine: 'no', fresh: 'unasked', expected: 'unasked' },
      accepted: false,
      claims: {},
    })
    expect(judgement.checks.at(-1)).toMatchObject({ result: 'fail', code: 'DCAP_TCB_PLATFORM_NOT_SUPPORTED' })
  })

  test('collateral of another kind is said to be so', async () => {
    const judgement = await judgeEvidence(readVector('dcap/tdx_quote'), {
      now: at('2025-06-25T00:00:00Z'),
      collateral: [bundle('sgx_quote')],
    })
    expect(judgement.answers.genuine).toBe('no')
    expect(judgement.checks.at(-1)?.code).toMatch(/^DCAP_(?:TCB_INFO|PCK_CRL|QE_IDENTITY)_\w*MISMATCH$/)
  })
})
