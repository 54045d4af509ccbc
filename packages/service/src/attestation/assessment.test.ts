import { type JudgeOptions, judgeEvidence } from '@veritee/appraisal/judge'
import { sortSimulatedRoots } from '@veritee/appraisal/roots'
import { encodeBase64, encodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { createSvsmWorld, type SvsmDraft } from '@veritee/simulator/svsm'
import { createTpmWorld } from '@veritee/simulator/tpm'
import { expect, test } from 'vitest'
import { type Assessors, assessEvidence } from './assessment.ts'

const NOW = 1_790_000_000
const world = createSvsmWorld({ now: NOW, seed: 'assess svsm' })
const question = encodeUtf8('nonce and key')
const options: JudgeOptions = {
  now: NOW,
  reportData: question,
  collateralFiles: [
    { name: 'chain', bytes: encodeUtf8(world.snp.chain()) },
    { name: 'crl', bytes: world.snp.crl() },
  ],
  ...sortSimulatedRoots([{ name: 'roots', bytes: encodeUtf8(world.roots) }]),
}
const assessors: Assessors = {
  judge: ({ tee, evidence }) => judgeEvidence(evidence as object, { ...options, tee }),
  appraiser: { appraise: async () => ({ asked: ['default@1'], verdicts: [] }) },
}

/** The report of a machine and the quote of its vTPM, as the key broker protocol brings them: two pieces. */
async function assess(edit: (draft: SvsmDraft) => void) {
  const draft = world.draft({ reportData: question })
  edit(draft)
  const evidence = [
    { tee: 'snp', evidence: draft.machine },
    { tee: 'tpm', evidence: draft.tpm },
  ] as const
  return await assessEvidence({ evidence, policyIds: [], requireFresh: true }, assessors, NOW)
}

test('a vTPM that is the one of its machine', async () => {
  const { failure, judged, asked } = await assess(() => {})
  expect(failure).toBeUndefined()
  expect(asked).toEqual(['default@1'])
  expect(judged[1]?.judgement.checks).toContainEqual({ id: 'composite.svsm', result: 'pass' })
})

test('COMPOSITE_SVSM_KEY_MISMATCH: the quote of another TPM beside the report refuses the machine', async () => {
  const other = createTpmWorld({ now: NOW, seed: 'another TPM' })
  const { failure, judged } = await assess((draft) => {
    const { ek_cert: _, ...tpm } = draft.tpm
    draft.tpm = { ...tpm, ek_pubkey: encodeBase64(other.endorsement.area) }
  })
  expect(isCodedError(failure) && failure.code).toBe('BROKER_EVIDENCE_REFUSED')
  expect(judged.map(({ judgement }) => judgement.accepted)).toEqual([true, false])
  expect(judged[1]?.judgement.checks.at(-1)?.code).toBe('COMPOSITE_SVSM_KEY_MISMATCH')
})
