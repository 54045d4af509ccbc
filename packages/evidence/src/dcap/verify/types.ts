/** What DCAP verification takes and returns. */
import type { Check, Verified } from '../../result/index.ts'
import type { DcapCollateral } from '../collateral/types.ts'
import type { PckCa, PckExtension } from '../pck/types.ts'
import type { DcapQuote, SgxQuote, TdxQuote } from '../quote/types.ts'
import type { DcapRoot } from '../roots.ts'
import type { TcbEvaluation, TcbShortfall } from '../tcb/types.ts'

/**
 * How strictly evidence is read. `strict` is the default. `parity` reproduces the outcome of Intel's quote verification
 * library (expiry beside the verdict, re-written JSON text, extensions unread) for comparison with deployments of it.
 */
export type DcapRules = 'strict' | 'parity'

/** What one quote is verified against, and when. */
export interface DcapMoment {
  readonly collateral: DcapCollateral
  /** Epoch seconds; anything that is no number is a RangeError. */
  readonly now: number
  /**
   * Accept collateral and certificates that have expired. The result then says `expired: true`, so that a policy with a
   * grace period can decide. Default false: refused.
   */
  readonly allowExpired?: boolean
  /** How far in the future an issue date may lie, seconds. Default 0. */
  readonly clockSkewSeconds?: number
}

/** What a caller trusts, and when. */
export interface DcapTrust extends DcapMoment {
  /** Defaults to Intel's pinned root key alone. */
  readonly roots?: readonly DcapRoot[]
  readonly rules?: DcapRules
}

/** One thing the verdict rests on, and the time it holds. */
export interface ValidityWindow {
  /** Such as `pck.certificate`, `tcbInfo` or `rootCaCrl`. */
  readonly name: string
  readonly kind: 'certificate' | 'crl' | 'document'
  /** notBefore, thisUpdate or issueDate, epoch seconds. */
  readonly notBeforeAt: number
  /** notAfter or nextUpdate, epoch seconds; still valid at that second. */
  readonly notAfterAt: number
}

/** What collateral and certificate chain say beside the TCB status (Intel's supplemental data). */
export interface DcapSupplemental {
  /** Over everything the verdict rests on: epoch seconds. */
  readonly earliestIssuedAt: number
  readonly latestIssuedAt: number
  readonly earliestExpiresAt: number
  /** The smaller of the two documents' numbers. */
  readonly tcbEvaluationDataNumber: number
  /** Decimal CRL numbers. */
  readonly pckCrlNumber: string
  readonly rootCaCrlNumber: string
  /** SHA-384 of the root public key (65 bytes, uncompressed point), 48 bytes. */
  readonly rootKeyId: Uint8Array
  /** Of the quoting enclave identity alone; absent where the rules allowed leaving it out. */
  readonly qeIdentity?: {
    readonly earliestIssuedAt: number
    readonly latestIssuedAt: number
    readonly earliestExpiresAt: number
    readonly tcbEvaluationDataNumber: number
  }
}

/** The outcome of verifying one quote. */
export interface DcapVerification<Q extends DcapQuote = DcapQuote> {
  readonly quote: Q
  /** Both TCB evaluations, each with platform, module and quoting enclave apart. */
  readonly tcb: TcbEvaluation
  /** Components that keep the platform from an up-to-date level; empty when nothing does. */
  readonly shortfall: readonly TcbShortfall[]
  readonly pck: PckExtension & { readonly ca: PckCa; readonly serialHex: string }
  readonly supplemental: DcapSupplemental
  /** Every check made, in order; a skipped one says why. */
  readonly checks: readonly Check[]
  /** Everything the verdict rests on, with its validity. */
  readonly windows: readonly ValidityWindow[]
  /** The earliest end of validity of anything the verdict rests on, epoch seconds. */
  readonly expiresAt: number
  /** True if something the verdict rests on is past its validity (possible only where the caller allowed it). */
  readonly expired: boolean
  /** True if the verdict rests on a simulated root. */
  readonly simulated: boolean
  /** Name of the root it rests on. */
  readonly root: string
}

/** A verified quote of either kind. */
export type VerifiedDcap = Verified<DcapVerification>
/** A verified TDX quote. */
export type VerifiedTdx = Verified<DcapVerification<TdxQuote>>
/** A verified SGX quote. */
export type VerifiedSgx = Verified<DcapVerification<SgxQuote>>
