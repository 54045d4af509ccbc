/** What a judgement is asked and given. */
import type { DcapAcceptance, DcapCollateral, DcapRoot, DcapRules, DcapVerifier } from '@veritee/evidence/dcap'
import type { Expectations } from '../expectations/types.ts'

export interface JudgeOptions {
  /** Epoch seconds. */
  readonly now: number
  /** The kind that the evidence must be, such as `tdx`; needed for evidence JSON that does not tell. */
  readonly tee?: string
  /**
   * Report data that the evidence must carry, right-padded with zeros to its field; one of several where a list is given.
   * Without it `fresh` stays unasked, and evidence made for another question passes.
   */
  readonly reportData?: Uint8Array | readonly Uint8Array[]
  /** Digests of which the init data field (`mr_config_id` of TDX, CONFIGID of SGX) must be one, padded likewise. */
  readonly initData?: readonly Uint8Array[]
  /** What the machine must be; see `@veritee/appraisal/expectations`. */
  readonly expectations?: Expectations
  /** Relaxations of the acceptance rules beside those that the expectations name. */
  readonly acceptance?: DcapAcceptance
  /** Intel's collateral for SGX and TDX. Of several bundles the one for the platform of the quote is taken. */
  readonly collateral?: DcapCollateral | readonly DcapCollateral[]
  /** Roots of SGX and TDX chains; default Intel's. A simulated root is trusted only where it is given here. */
  readonly roots?: readonly DcapRoot[]
  /** How strictly SGX and TDX evidence is read; default `strict`. */
  readonly rules?: DcapRules
  /** How far in the future an issue date may lie, seconds; default 0. */
  readonly clockSkewSeconds?: number
  /** A verifier that remembers collateral and chains between quotes; it then decides on roots and rules. */
  readonly dcapVerifier?: DcapVerifier
}
