/** What a simulated AMD world gives. */
import type { SnpProduct, SnpRoot, SnpTcb } from '@veritee/evidence/snp'
import type { SnpDraft } from './draft.ts'
import type { SnpRecipe } from './recipe.ts'
import type { SnpReportValues } from './report.ts'

/** Which endorsement key signs: the chip's own, or one loaded by a cloud provider. */
export type VekKind = 'vcek' | 'vlek'

/** How a report is made. */
export interface SnpIssueOptions extends SnpReportValues {
  readonly signedBy?: VekKind
}

/** The root of a simulated AMD world, shaped so that a verifier can be told to trust it. */
export interface SnpWorldRoot extends SnpRoot {
  readonly simulated: true
  /** The ARK certificate. */
  readonly pem: string
}

/** A simulated AMD: authorities of one processor generation, one chip, its reports and what is published about it. */
export interface SnpWorld {
  readonly recipe: SnpRecipe
  /** Epoch seconds that the revocation list is current at. */
  readonly now: number
  readonly product: SnpProduct
  readonly root: SnpWorldRoot
  /** TCB that the chip runs at and its certificates are for. */
  readonly tcb: SnpTcb
  /** 64 bytes; on Turin 8. */
  readonly hardwareId: Uint8Array
  /** The certificate of an endorsement key, DER. */
  certificate(kind?: VekKind): Uint8Array
  /** Intermediate and root, PEM, as the key distribution service gives them. */
  chain(kind?: VekKind): string
  /** The root's revocation list, DER. */
  crl(): Uint8Array
  /** A genuine report, 1184 bytes. Throws SIMULATOR_VALUE_INVALID. */
  issueReport(options?: SnpIssueOptions): Uint8Array
  /** A report and its collateral before anything is signed, to be changed and assembled. */
  draft(options?: SnpIssueOptions): SnpDraft
  /** The same world at another time: keys and certificates stay, the revocation list is issued anew. */
  at(now: number): SnpWorld
}
