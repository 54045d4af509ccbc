import { encodeBase64, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { assembleSvsmDraft, createSvsmWorld, SVSM_BREAKAGES } from '@veritee/simulator/svsm'
import { createTpmWorld } from '@veritee/simulator/tpm'
import { describe, expect, test } from 'vitest'
import { sortSimulatedRoots } from '../roots/index.ts'
import { type JudgeOptions, judgeEvidence } from './index.ts'

const NOW = 1_790_000_000
const world = createSvsmWorld({ now: NOW, seed: 'judge svsm' })
const reportData = digest('sha512', encodeUtf8('nonce and key'))
const options: JudgeOptions = {
  now: NOW,
  reportData,
  collateralFiles: [
    { name: 'chain', bytes: encodeUtf8(world.snp.chain()) },
    { name: 'crl', bytes: world.snp.crl() },
  ],
  ...sortSimulatedRoots([{ name: 'roots', bytes: encodeUtf8(world.roots) }]),
}
const judge = (evidence: object, more: Partial<JudgeOptions> = {}) => judgeEvidence(evidence, { ...options, ...more })
const codes = ({ checks }: Awaited<ReturnType<typeof judge>>) => checks.flatMap(({ code }) => code ?? [])

describe('an SNP guest under an SVSM', () => {
  test('its report covers the manifest, which is the endorsement key of the vTPM', async () => {
    const judgement = await judge(world.issueEvidence({ reportData }))
    expect(judgement).toMatchObject({
      tee: 'snp',
      accepted: true,
      simulated: true,
      answers: { genuine: 'yes', fresh: 'yes' },
      claims: { snp: { svsm_attestation: true }, tpm: { ak_bound_by: 'certificate' } },
      devices: [{ tee: 'tpm', accepted: true }],
    })
    expect(judgement.checks).toContainEqual({ id: 'snp.svsmManifest', result: 'pass' })
    expect(judgement.checks).toContainEqual({ id: 'composite.svsm', result: 'pass' })
    expect(judgement.checks.at(-1)).toMatchObject({ result: 'skip', code: 'APPRAISAL_SVSM_KEY_UNPROVEN' })
  })

  test('an attestation key that the operator enrolled is one whose TPM is known', async () => {
    const draft = world.draft({ reportData })
    const { ak_cert: _, ...tpm } = draft.tpm
    draft.tpm = tpm
    const keyDigest = digest('sha256', world.tpm.attestation.spki)
    const enrolled = [{ keyDigest, simulated: true }]
    const judgement = await judge(assembleSvsmDraft(draft), { trust: { ...options.trust, tpm: { enrolled } } })
    expect(judgement.accepted).toBe(true)
    expect(judgement.checks.at(-1)).toEqual({ id: 'composite.svsm', result: 'pass' })
  })

  test('SNP_MANIFEST_UNBOUND: without the question the manifest is no claim, and pairs nothing', async () => {
    const { reportData: _, ...unasked } = options
    const judgement = await judgeEvidence(world.issueEvidence({ reportData }), unasked)
    expect(judgement.checks.filter(({ code }) => code === 'SNP_MANIFEST_UNBOUND').map(({ id }) => id)).toEqual([
      'snp.svsmManifest',
      'composite.svsm',
    ])
    expect(judgement.claims['snp']).not.toHaveProperty('svsm_manifest')
  })

  test('a manifest that was exchanged together with the TPM is found by the question', async () => {
    const other = createTpmWorld({ now: NOW, seed: 'another TPM' })
    const draft = world.draft({ reportData })
    draft.machine = { ...draft.machine, svsm_manifest: encodeBase64(other.endorsement.area) }
    draft.tpm = other.issueEvidence({ shape: 'banked', nonce: reportData })
    const judgement = await judge(assembleSvsmDraft(draft))
    expect(judgement).toMatchObject({ accepted: false, answers: { genuine: 'no', fresh: 'no' } })
    expect(codes(judgement)).toContain('SNP_MANIFEST_UNBOUND')
  })

  test('an answer of the TPM to another question spoils the whole', async () => {
    const draft = world.draft({ reportData })
    draft.tpm = world.tpm.issueEvidence({ shape: 'banked', nonce: new Uint8Array(64) })
    expect(await judge(assembleSvsmDraft(draft))).toMatchObject({ accepted: false, answers: { fresh: 'no' } })
  })

  test('SNP_EVIDENCE_JSON: a manifest that is no base64', async () => {
    const draft = world.draft({ reportData })
    draft.machine = { ...draft.machine, svsm_manifest: '***' }
    expect(codes(await judge(assembleSvsmDraft(draft)))).toContain('SNP_EVIDENCE_JSON')
  })

  test.each(SVSM_BREAKAGES)('$code: $title', async ({ code, apply }) => {
    const judgement = await judge(apply(world, { reportData }))
    expect(judgement.accepted).toBe(false)
    expect(judgement.checks.at(-1)).toMatchObject({ result: 'fail', code })
  })
})
