import { concatBytes, encodeBase64, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { encodeSnpEvidence, parseSnpReport } from '@veritee/evidence/snp'
import type { EnrolledKey } from '@veritee/evidence/tpm'
import { assembleSvsmDraft, createSvsmWorld, SVSM_BREAKAGES } from '@veritee/simulator/svsm'
import { createTpmWorld } from '@veritee/simulator/tpm'
import { describe, expect, test } from 'vitest'
import { sortSimulatedRoots } from '../roots/index.ts'
import { type JudgeOptions, judgeEvidence, pairJudgements } from './index.ts'

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

  describe('an attestation key that was enrolled', () => {
    const keyDigest = digest('sha256', world.tpm.attestation.spki)
    const judgeEnrolled = (own: Partial<EnrolledKey>) => {
      const draft = world.draft({ reportData })
      const { ak_cert: _, ...tpm } = draft.tpm
      draft.tpm = tpm
      const enrolled = [{ keyDigest, simulated: true, ...own }]
      return judge(assembleSvsmDraft(draft), { trust: { ...options.trust, tpm: { enrolled } } })
    }
    const nameOfKey = (area: Uint8Array) => concatBytes(Uint8Array.of(0, 0x0b), digest('sha256', area))

    test('with the endorsement key of the manifest lives in the vTPM of this machine', async () => {
      const endorsementName = nameOfKey(world.tpm.endorsement.area)
      const judgement = await judgeEnrolled({ endorsementName })
      expect(judgement).toMatchObject({ accepted: true, claims: { tpm: { ek_name: encodeHex(endorsementName) } } })
      expect(judgement.checks).toContainEqual({ id: 'tpm: tpm.endorsementKey', result: 'pass' })
      expect(judgement.checks.at(-1)).toEqual({ id: 'composite.svsm', result: 'pass' })
    })

    test('APPRAISAL_SVSM_KEY_UNPROVEN: with nobody knows which', async () => {
      const judgement = await judgeEnrolled({})
      expect(judgement.accepted).toBe(true)
      expect(codes(judgement)).toEqual(expect.arrayContaining(['TPM_EK_UNTIED', 'APPRAISAL_SVSM_KEY_UNPROVEN']))
    })

    test('TPM_KEY_MISMATCH: with that of another TPM, which names the one of the manifest beside its quote', async () => {
      const other = createTpmWorld({ now: NOW, seed: 'another TPM' })
      const judgement = await judgeEnrolled({ endorsementName: nameOfKey(other.endorsement.area) })
      expect(judgement).toMatchObject({ accepted: false, answers: { genuine: 'no' } })
      expect(codes(judgement)).toContain('TPM_KEY_MISMATCH')
    })
  })

  test('APPRAISAL_TPM_UNTIED: without a manifest nothing but the question ties the TPM to the machine', async () => {
    const draft = world.draft({ reportData })
    const report = parseSnpReport(world.snp.issueReport({ reportData }))
    draft.machine = encodeSnpEvidence(report, [{ kind: 'VCEK', bytes: world.snp.certificate() }])
    const judgement = await judge(assembleSvsmDraft(draft))
    expect(judgement.accepted).toBe(true)
    expect(judgement.checks.at(-1)).toMatchObject({ id: 'composite.tpm', result: 'skip', code: 'APPRAISAL_TPM_UNTIED' })
  })

  describe('judged piece by piece', () => {
    const judgePieces = async (edit: (draft: ReturnType<typeof world.draft>) => void = () => {}) => {
      const draft = world.draft({ reportData })
      edit(draft)
      const pieces = [
        { tee: 'snp', evidence: draft.machine },
        { tee: 'tpm', evidence: draft.tpm },
      ]
      return await Promise.all(
        pieces.map(async (piece) => ({ ...piece, judgement: await judge(piece.evidence, { tee: piece.tee }) })),
      )
    }

    test('the pair is checked in either order, and said at the TPM', async () => {
      const pieces = await judgePieces()
      for (const own of [pieces, pieces.toReversed()]) {
        const judgements = await pairJudgements(own)
        expect(judgements.map(({ accepted }) => accepted)).toEqual([true, true])
        const tpm = judgements.find((judgement) => judgement.tee === 'tpm')
        expect(tpm?.checks).toContainEqual({ id: 'composite.svsm', result: 'pass' })
      }
    })

    test('COMPOSITE_SVSM_KEY_MISMATCH: a quote of another machine, genuine and fresh', async () => {
      const other = createTpmWorld({ now: NOW, seed: 'another TPM' })
      const pieces = await judgePieces((draft) => {
        draft.tpm = { ...draft.tpm, ek_pubkey: encodeBase64(other.endorsement.area) }
        delete draft.tpm['ek_cert']
      })
      expect(pieces.map(({ judgement }) => judgement.accepted)).toEqual([true, true])
      const [machine, tpm] = await pairJudgements(pieces)
      expect(machine?.accepted).toBe(true)
      expect(tpm).toMatchObject({ accepted: false, genuine: false, answers: { genuine: 'no' }, claims: {} })
      expect(tpm?.checks.at(-1)).toMatchObject({ result: 'fail', code: 'COMPOSITE_SVSM_KEY_MISMATCH' })
    })

    test('pieces without a pair stay as they are', async () => {
      const [machine, tpm] = await judgePieces()
      for (const own of [[], [machine!], [tpm!]])
        expect(await pairJudgements(own)).toEqual(own.map(({ judgement }) => judgement))
    })
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
