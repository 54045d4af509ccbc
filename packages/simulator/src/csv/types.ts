/** What a simulated Hygon world gives. */
import type { CsvRoot } from '@veritee/evidence/csv'
import type { CsvDraft } from './draft.ts'
import type { CsvRecipe } from './recipe.ts'
import type { CsvReportValues } from './report.ts'

/** How a report is made. */
export interface CsvIssueOptions extends CsvReportValues {
  /** Version 2 on: a log whose registers go into the report. Default none, and registers of zeros. */
  readonly eventLog?: Uint8Array
}

/** The root of a simulated Hygon world, shaped so that a verifier can be told to trust it. */
export interface CsvWorldRoot extends CsvRoot {
  readonly simulated: true
  /** The HRK certificate, 832 bytes. */
  readonly certificate: Uint8Array
}

/** A simulated Hygon: the root, one chip with its keys, its reports. Nothing outside trusts its root unless told to. */
export interface CsvWorld {
  readonly recipe: CsvRecipe
  readonly serialNumber: string
  readonly root: CsvWorldRoot
  /** HSK and CEK, 2916 bytes, as the key distribution service gives them. */
  readonly hskCek: Uint8Array
  /** The platform's certificates in the order of its export: PDH, PEK, OCA, CEK, HSK, HRK. */
  readonly platformChain: Uint8Array
  /** A genuine page as attesters pass it on, 4096 bytes. Throws SIMULATOR_VALUE_INVALID. */
  issueReport(options?: CsvIssueOptions): Uint8Array
  /** The same as the firmware returns it inside the guest, with a sealing key. Throws SIMULATOR_VALUE_INVALID. */
  issueFirmwareReport(options?: CsvIssueOptions): Uint8Array
  /** Evidence JSON data of a report, with the chain unless it is left out. Throws SIMULATOR_VALUE_INVALID. */
  issueEvidence(options?: CsvIssueOptions & { readonly withChain?: boolean }): { [name: string]: unknown }
  /** A report and its chain before anything is signed, to be changed and assembled. */
  draft(options?: CsvIssueOptions): CsvDraft
}
