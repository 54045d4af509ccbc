/** What a judgement is asked and given. */
import type { CollateralFile, SortedCollateral } from '@veritee/evidence/collateral'
import type { CsvAcceptance, CsvRoot } from '@veritee/evidence/csv'
import type { DcapAcceptance, DcapCollateral, DcapRoot, DcapRules, DcapVerifier } from '@veritee/evidence/dcap'
import type { EnclaveRoot } from '@veritee/evidence/enclave'
import type { GpuRoot } from '@veritee/evidence/gpu'
import type { SnpAcceptance, SnpRoot } from '@veritee/evidence/snp'
import type { TpmAcceptance, TpmTrust } from '@veritee/evidence/tpm'
import type { Expectations } from '../expectations/types.ts'

export interface JudgeOptions {
  /** Epoch seconds. */
  readonly now: number
  /** The kind that the evidence must be, such as `tdx`; needed for evidence JSON that does not tell. */
  readonly tee?: string
  /**
   * Report data that the evidence must carry, in the derivation of its kind (see `freshness.ts`); one of several where a
   * list is given. Without it `fresh` stays unasked, and evidence made for another question passes.
   */
  readonly reportData?: Uint8Array | readonly Uint8Array[]
  /** Report data of the further devices of composite evidence; default `reportData`. */
  readonly deviceReportData?: Uint8Array | readonly Uint8Array[]
  /**
   * Digests of which the init data field must be one: `mr_config_id` of TDX, CONFIGID of SGX, HOST_DATA of SNP, host data
   * of CSV 3, padded with zeros or cut to the field; PCR 8 of a TPM, extended once with a digest of 32 bytes.
   */
  readonly initData?: readonly Uint8Array[]
  /** What the machine must be; see `@veritee/appraisal/expectations`. */
  readonly expectations?: Expectations
  /** Relaxations of the acceptance rules beside those that the expectations name. */
  readonly acceptance?: JudgeAcceptance
  /** Intel's collateral for SGX and TDX. Of several bundles the one for the platform of the quote is taken. */
  readonly collateral?: DcapCollateral | readonly DcapCollateral[]
  /** Collateral of any kind: Intel's bundles, certificates and revocation lists, Hygon certificates, sorted by content. */
  readonly collateralFiles?: readonly CollateralFile[] | SortedCollateral
  /** Roots of SGX and TDX chains; default Intel's. A simulated root is trusted only where it is given here. */
  readonly roots?: readonly DcapRoot[]
  /** What is trusted for other kinds; every member left out keeps to the vendor's pinned roots. */
  readonly trust?: JudgeTrust
  /** An event log to replay against the evidence, in the place of the one inside. */
  readonly eventLog?: Uint8Array
  /** How strictly SGX and TDX evidence is read; default `strict`. */
  readonly rules?: DcapRules
  /** How far in the future an issue date may lie, seconds; default 0. */
  readonly clockSkewSeconds?: number
  /** A verifier that remembers collateral and chains between quotes; it then decides on roots and rules. */
  readonly dcapVerifier?: DcapVerifier
}

/** Acceptance rules: those of SGX and TDX at the top, those of other kinds by name. `allowDebug` holds for every kind. */
export interface JudgeAcceptance extends DcapAcceptance {
  readonly snp?: SnpAcceptance
  readonly csv?: CsvAcceptance
  readonly tpm?: TpmAcceptance
}

/** What is trusted, by kind. Simulated roots are trusted only where they stand here. */
export interface JudgeTrust {
  /** Default AMD's root keys. */
  readonly snp?: { readonly roots: readonly SnpRoot[] }
  /** Of CSV and of DCU. Default Hygon's root key. */
  readonly csv?: { readonly roots: readonly CsvRoot[] }
  /** Default NVIDIA's root key. */
  readonly gpu?: { readonly roots: readonly GpuRoot[] }
  /** What makes an attestation key trustworthy; nothing does by default. */
  readonly tpm?: Omit<TpmTrust, 'now'>
  /** Roots of enclave documents; none by default. */
  readonly enclave?: { readonly roots: readonly EnclaveRoot[] }
  /** Accept sample evidence, which proves nothing: for tests alone. Default false. */
  readonly sample?: boolean
}
