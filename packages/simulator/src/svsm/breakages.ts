/** Composite evidence that is broken in precisely one way, for every way that putting its parts together knows. */
import { encodeBase64 } from '@veritee/codec/bytes'
import { createTpmWorld } from '../tpm/world.ts'
import { assembleDraft, type SvsmDraft, type SvsmIssueOptions, type SvsmWorld } from './world.ts'

/** Evidence that is genuine but for one thing, and the code that must refuse it. */
export interface SvsmBreakage {
  /** The error code of `@veritee/evidence` that reading or verifying raises. */
  readonly code: string
  /** What was done to the evidence, in one sentence. */
  readonly title: string
  /** Makes the broken evidence JSON data. */
  apply(world: SvsmWorld, options?: SvsmIssueOptions): { [name: string]: unknown }
}

/** One broken case for each error code of composite evidence. */
export const SVSM_BREAKAGES: readonly SvsmBreakage[] = [
  {
    code: 'COMPOSITE_EVIDENCE_JSON',
    title: 'The evidence of the devices is an object instead of its text.',
    apply: (world, options) => ({ ...world.issueEvidence(options), additional_evidence: {} }),
  },
  breakDraft('COMPOSITE_DEVICES_EXCESSIVE', 'There are 16 devices beside the vTPM.', (draft) => {
    draft.others = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`device${index}`, {}]))
  }),
  breakDraft('COMPOSITE_SVSM_KEY_MISSING', 'The TPM evidence does not name its endorsement key.', (draft) => {
    const { ek_pubkey: _, ...rest } = draft.tpm
    draft.tpm = rest
  }),
  breakDraft('COMPOSITE_SVSM_KEY_MISMATCH', 'The endorsement key is that of another TPM.', (draft, { recipe, now }) => {
    const other = createTpmWorld({ now, createdAt: recipe.createdAt, seed: `not ${recipe.seed}` })
    draft.tpm = { ...draft.tpm, ek_pubkey: encodeBase64(other.endorsement.area) }
  }),
]

function breakDraft(code: string, title: string, edit: (draft: SvsmDraft, world: SvsmWorld) => void): SvsmBreakage {
  return {
    code,
    title,
    apply(world, options) {
      const draft = world.draft(options)
      edit(draft, world)
      return assembleDraft(draft)
    },
  }
}
