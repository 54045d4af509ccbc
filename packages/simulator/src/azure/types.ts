/** What a simulated Azure machine gives. */
import type { DcapWorld } from '../dcap/types.ts'
import type { SnpIssueOptions, SnpWorld } from '../snp/types.ts'
import type { FieldValue } from '../state/field.ts'
import type { TpmIssueOptions, TpmWorld } from '../tpm/types.ts'
import type { AzureDraft } from './draft.ts'
import type { AzureRecipe } from './recipe.ts'

/** How evidence is made. */
export interface AzureIssueOptions extends Pick<TpmIssueOptions, 'nonce' | 'pcrs' | 'commandLine'> {
  /** 64 bytes that the guest put into the runtime data; shorter ends in zeros. Default absent. */
  readonly userData?: FieldValue
  /** SNP: what the hardware report says beside. */
  readonly report?: Omit<SnpIssueOptions, 'reportData' | 'signedBy'>
}

/** A simulated confidential VM with a vTPM, over a simulated AMD or Intel world. */
export interface AzureWorld {
  readonly recipe: AzureRecipe
  /** Epoch seconds. */
  readonly now: number
  /** The world beneath where the machine is an SNP machine: its root and chain are what a verifier needs. */
  readonly snp?: SnpWorld
  /** The world beneath where the machine is a TDX machine. */
  readonly dcap?: DcapWorld
  readonly tpm: TpmWorld
  /** Genuine evidence JSON data. Default version 1. Throws SIMULATOR_VALUE_INVALID. */
  issueEvidence(options?: AzureIssueOptions & { readonly version?: 0 | 1 | 2 }): { [name: string]: unknown }
  /** Evidence before its parts are put together, to be changed and assembled. */
  draft(options?: AzureIssueOptions): AzureDraft
}
