import type { Check, Verified } from '../../result/index.ts'
import type { SnpCollateral } from '../chain/collateral.ts'
import type { SnpRoot } from '../roots.ts'
import type { SnpProduct, SnpReport, SnpTcb } from '../types.ts'

/** What a caller trusts, and when. */
export interface SnpTrust {
  /** The leaf (VCEK or VLEK), the chain above it and, where known, the revocation list of the root. */
  readonly collateral: SnpCollateral
  /** Epoch seconds. */
  readonly now: number
  /** Defaults to AMD's pinned root keys. */
  readonly roots?: readonly SnpRoot[]
}

/** The outcome of verifying one report. */
export interface SnpVerification {
  readonly report: SnpReport
  /** As the certificate says it. */
  readonly product: SnpProduct
  readonly signedBy: 'vcek' | 'vlek'
  /** TCB that the certificate is for; equal to the reported one. */
  readonly tcb: SnpTcb
  /** Of a VLEK: the cloud provider it was loaded by. */
  readonly cspId?: string
  readonly checks: readonly Check[]
  /** Whether a revocation list of the root was there and good. */
  readonly revocationChecked: boolean
  /** The earliest end of validity of anything the verdict rests on, epoch seconds. */
  readonly expiresAt: number
  readonly simulated: boolean
  /** Name of the root it rests on. */
  readonly root: string
}

/** A verified SEV-SNP report. */
export type VerifiedSnp = Verified<SnpVerification>
