import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import { EVIDENCE_ERRORS } from '@veritee/evidence'
import { claimsOfAzure, parseAzureEvidence, verifyAzureSnp, verifyAzureTdx } from '@veritee/evidence/azure'
import { parseDcapRoot } from '@veritee/evidence/dcap'
import { parseDcapCollateral } from '@veritee/evidence/dcap/collateral'
import { parseSnpCollateral } from '@veritee/evidence/snp'
import { describe, expect, test } from 'vitest'
import { AZURE_BREAKAGES, type AzureWorld, createAzureWorld, loadAzureWorld, saveAzureWorld } from './index.ts'

const NOW = 1_790_000_000
const worlds = (['snp', 'tdx'] as const).map((tee) => createAzureWorld({ now: NOW, seed: `machine ${tee}`, tee }))
const json = (value: unknown): unknown => parseJson(JSON.stringify(value))

async function verify({ snp, dcap, now }: AzureWorld, issued: unknown) {
  const evidence = parseAzureEvidence(json(issued))
  if (snp !== undefined) {
    const collateral = parseSnpCollateral([encodeUtf8(snp.chain()), snp.crl()])
    return await verifyAzureSnp(evidence, { collateral, now, roots: [snp.root] })
  }
  const collateral = parseDcapCollateral(dcap!.collateral('tdx'))
  return await verifyAzureTdx(evidence, { collateral, now, roots: [parseDcapRoot(dcap!.root.certificate)] })
}

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
    return 'verified'
  } catch (error) {
    if (!isCodedError(error)) throw error
    return error.code
  }
}

describe.each(worlds)('a machine over $recipe.tee', (world) => {
  test.each([0, 1, 2] as const)('evidence of version %i is genuine and simulated', async (version) => {
    const issued = world.issueEvidence({ version, nonce: 'c0ffee', userData: 'ab' })
    const { evidence, simulated } = await verify(world, issued)
    expect(simulated).toBe(true)
    expect(claimsOfAzure(evidence)).toMatchObject({ report_data: 'c0ffee', user_data: `ab${'00'.repeat(63)}` })
  })

  test.each(AZURE_BREAKAGES.filter(({ tee = world.recipe.tee }) => tee === world.recipe.tee))(
    '$code: $title',
    async ({ code, apply }) => {
      expect(await codeOf(() => verify(world, apply(world)))).toBe(code)
    },
  )

  test('TPM_SIGNATURE_INVALID: the vTPM of another machine', async () => {
    const other = createAzureWorld({ now: NOW, seed: 'another machine', tee: world.recipe.tee })
    const mixed = { ...world.issueEvidence(), tpm_quote: other.issueEvidence()['tpm_quote'] }
    expect(await codeOf(() => verify(world, mixed))).toBe('TPM_SIGNATURE_INVALID')
  })

  test('is the same when loaded', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'azure-world-'))
    try {
      await saveAzureWorld(world, directory)
      const loaded = await loadAzureWorld(directory, NOW)
      expect(loaded.issueEvidence()).toEqual(world.issueEvidence())
    } finally {
      await rm(directory, { recursive: true })
    }
  })
})

test('every code of the Azure room has one broken case', () => {
  const room = Object.keys(EVIDENCE_ERRORS).filter((code) => code.startsWith('AZURE_'))
  expect(AZURE_BREAKAGES.map(({ code }) => code).toSorted()).toEqual(room.toSorted())
})
