/** What a simulated TPM gives. */
import type { FieldValue } from '../state/field.ts'
import type { BankName } from './banks.ts'
import type { TpmDraft } from './draft.ts'
import type { AttestationKey, EndorsementKey } from './keys.ts'
import type { TpmQuoteParts } from './quote.ts'
import type { TpmRecipe } from './recipe.ts'

/** How a quote is made. */
export interface TpmIssueOptions {
  /** At most 64 bytes; not padded. Default none. */
  readonly nonce?: FieldValue
  /** Banks to quote. Default SHA256, for an SM2 key SM3. */
  readonly banks?: readonly BankName[]
  /** PCRs to quote. Default all. */
  readonly pcrs?: readonly number[]
  /** What the kernel was started with; it is in the event log and in PCR 8. */
  readonly commandLine?: string
}

/** How evidence JSON is made. */
export interface TpmEvidenceOptions extends TpmIssueOptions {
  /** Default `single` for a quote of SHA256 alone, `banked` otherwise. */
  readonly shape?: 'single' | 'banked'
  /** Default true. */
  readonly withEventLog?: boolean
  /** Default true. */
  readonly withCertificate?: boolean
}

/** A simulated TPM with its manufacturer. Nothing trusts the manufacturer unless told to. */
export interface TpmWorld {
  readonly recipe: TpmRecipe
  /** Epoch seconds. */
  readonly now: number
  readonly attestation: AttestationKey
  readonly endorsement: EndorsementKey
  /** DER. */
  readonly attestationCertificate: Uint8Array
  /** DER. */
  readonly endorsementCertificate: Uint8Array
  /** The manufacturer's certificate, DER: what a verifier is told to trust. */
  readonly authority: Uint8Array
  /** The firmware log of a boot. */
  eventLog(commandLine?: string): Uint8Array
  /** Genuine quotes, one a bank. Throws SIMULATOR_VALUE_INVALID. */
  issueQuotes(options?: TpmIssueOptions): TpmQuoteParts[]
  /** Evidence JSON data of genuine quotes. Throws SIMULATOR_VALUE_INVALID. */
  issueEvidence(options?: TpmEvidenceOptions): { [name: string]: unknown }
  /** The secret of a credential for the attestation key, or undefined where it is not for this TPM or this key. */
  activateCredential(credential: {
    readonly idObject: Uint8Array
    readonly encryptedSecret: Uint8Array
  }): Uint8Array | undefined
  /** A certificate of the manufacturer for a key of another TPM, DER. */
  certifyKey(kind: 'ak' | 'ek', spki: Uint8Array): Uint8Array
  /** Evidence before anything is signed, to be changed and assembled. */
  draft(options?: TpmIssueOptions): TpmDraft
}
