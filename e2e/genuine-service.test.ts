/** Genuine quotes at the service's own door: judged as the library judges them, and refused because they are not fresh. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeBase64 } from '@veritee/codec/bytes'
import { createKeyClient, GuestError } from '@veritee/guest'
import { createService } from '@veritee/service'
import { describe, expect, it, onTestFinished } from 'vitest'
import { haveVectors, readVector, vectorPath, vectorsAbsent } from '../testkit/vectors.ts'

interface Refusal {
  readonly judgement?: { answers: Record<string, string>; status?: string; advisories: string[] }
  readonly findings?: { code: string }[]
}

async function refusalOf(quote: string, tee: 'tdx' | 'sgx', collateral: string, time: string): Promise<Refusal> {
  const dir = mkdtempSync(join(tmpdir(), 'veritee-genuine-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const service = await createService(
    {
      dir: join(dir, 'data'),
      listen: '127.0.0.1:0',
      collateral: { bundles: [vectorPath(collateral)] },
      log: { level: 'silent' },
    },
    { now: () => Date.parse(time) / 1000 },
  )
  onTestFinished(() => service.stop())
  const { url } = await service.start()
  const evidence = { quote: encodeBase64(readVector(quote)), cc_eventlog: null }
  const client = createKeyClient({ url, attester: { tee, collect: async () => evidence }, attempts: 1 })
  const error = await client.attest().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof GuestError)) throw new Error('the service did not refuse')
  return error.details as Refusal
}

describe.skipIf(!haveVectors)(`genuine quotes${vectorsAbsent}`, () => {
  it('TDX: genuine and up to date, but made for another question', async () => {
    const { judgement } = await refusalOf(
      'dcap/tdx_quote',
      'tdx',
      'dcap/tdx_quote_collateral.json',
      '2025-06-25T00:00:00Z',
    )
    expect(judgement).toMatchObject({ answers: { genuine: 'yes', fresh: 'no' }, status: 'UpToDate', advisories: [] })
  })

  it('SGX: genuine, with its status and advisories', async () => {
    const { judgement } = await refusalOf(
      'dcap/sgx_quote',
      'sgx',
      'dcap/sgx_quote_collateral.json',
      '2025-06-25T00:00:00Z',
    )
    expect(judgement).toMatchObject({
      answers: { genuine: 'yes', expected: 'no' },
      status: 'ConfigurationAndSWHardeningNeeded',
      advisories: ['INTEL-SA-00289', 'INTEL-SA-00615'],
    })
  })

  it('TDX, outdated: no level fits, and the component is named', async () => {
    const details = await refusalOf(
      'dcap/tdx_quote_outdated',
      'tdx',
      'dcap/tdx_quote_outdated_collateral.json',
      '2026-02-25T00:00:00Z',
    )
    expect(JSON.stringify(details)).toMatch(/DCAP_TCB_PLATFORM_NOT_SUPPORTED/)
    expect(details.findings?.map((finding) => finding.code)).toContain('DCAP_TCB_COMPONENT_OUTDATED')
  })

  it.each([
    ['dcap/trustee_tdx_quote_4.dat', 'tdx'],
    ['dcap/trustee_occlum_quote.dat', 'sgx'],
  ] as const)('the debug quote %s is refused', async (quote, tee) => {
    const { judgement } = await refusalOf(quote, tee, 'dcap/tdx_quote_collateral.json', '2025-06-25T00:00:00Z')
    expect(judgement?.answers).toMatchObject({ readable: 'yes' })
    expect(judgement?.answers['genuine']).not.toBe('yes')
  })
})
