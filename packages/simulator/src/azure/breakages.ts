/** Evidence that is broken in precisely one way, for every way that this kind of machine adds to its parts. */
import { type AzureDraft, assembleDraft } from './draft.ts'
import { encodeAzureEvidence } from './evidence.ts'
import type { AzureWorld } from './types.ts'

/** Evidence that is genuine but for one thing, and the code that must refuse it. */
export interface AzureBreakage {
  /** The error code of `@veritee/evidence` that reading or verifying raises. */
  readonly code: string
  /** What was done to the evidence, in one sentence. */
  readonly title: string
  /** On which machines it can be done. Default both. */
  readonly tee?: 'snp' | 'tdx'
  /** Makes the broken evidence JSON data. */
  apply(world: AzureWorld): { [name: string]: unknown }
}

/** One broken case for each error code of the Azure room. */
export const AZURE_BREAKAGES: readonly AzureBreakage[] = [
  {
    code: 'AZURE_EVIDENCE_JSON',
    title: 'The evidence lacks the quote of the vTPM.',
    apply(world) {
      const { tpm_quote: _, ...rest } = world.issueEvidence()
      return rest
    },
  },
  {
    code: 'AZURE_EVIDENCE_VERSION',
    title: 'The evidence is of version 3.',
    apply: (world) => ({ ...world.issueEvidence(), version: 3 }),
  },
  breakDraft('AZURE_HCL_MALFORMED', 'The report begins with another magic.', ({ hcl }) => {
    hcl.magic = 'HCLB'
  }),
  breakDraft('AZURE_HCL_KEY_MISSING', 'The runtime data names the attestation key otherwise.', ({ hcl }) => {
    hcl.runtimeData = hcl.runtimeData.replace('HCLAkPub', 'HCLAkOld')
  }),
  breakDraft('AZURE_HCL_UNBOUND', 'The runtime data says that secure boot was off.', ({ hcl }) => {
    hcl.runtimeData = hcl.runtimeData.replace('"secure-boot":true', '"secure-boot":false')
  }),
  {
    ...breakDraft('AZURE_TD_QUOTE_MISMATCH', 'The quote is that of another TD.', (draft, { dcap }) => {
      draft.tdQuote = dcap!.issueTdxQuote({ mrTd: 'ab'.repeat(48) })
    }),
    tee: 'tdx',
  },
]

function breakDraft(code: string, title: string, edit: (draft: AzureDraft, world: AzureWorld) => void): AzureBreakage {
  return {
    code,
    title,
    apply(world) {
      const draft = world.draft()
      edit(draft, world)
      return encodeAzureEvidence(assembleDraft(draft), 1)
    },
  }
}
