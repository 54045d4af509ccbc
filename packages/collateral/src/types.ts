/** What is asked for and what comes back. */
import type { DcapCollateral } from '@veritee/evidence/dcap/collateral'
import type { PckCa } from '@veritee/evidence/dcap/pck'
import type { DcapTee } from '@veritee/evidence/dcap/quote'
import type { CollateralErrorCode } from './errors.ts'

/** Which data set of the vendor: `early` is published on disclosure day, `standard` some weeks later. */
export type TcbUpdate = 'standard' | 'early'

/** A platform family, as collateral is published for it. */
export interface PlatformSelector {
  readonly tee: DcapTee
  /** 12 hexadecimal digits, any case. */
  readonly fmspc: string
  /** Which CA issued the PCK certificate of the platform. */
  readonly ca: PckCa
}

/** One collateral set by its name. */
export interface CollateralKey extends PlatformSelector {
  readonly update: TcbUpdate
}

/** What the documents of a set claim about themselves. Nothing of it is verified before the set is. */
export interface CollateralDates {
  /** Earliest issue date of TCB info, quoting enclave identity and PCK CRL, epoch seconds. */
  readonly issuedAt: number
  /** `thisUpdate` of the root CRL, which is issued far less often, epoch seconds. */
  readonly rootCrlIssuedAt: number
  /** Earliest next update of anything in the set, epoch seconds. */
  readonly expiresAt: number
  /** The smaller of the two documents' numbers. */
  readonly tcbEvaluationDataNumber: number
}

/**
 * A collateral set. It is untrusted: whoever served or stored it can have changed it. Only verification, which checks
 * every signature up to a pinned root, makes anything of it true.
 */
export interface CollateralSet {
  readonly key: CollateralKey
  /** The texts exactly as received. */
  readonly collateral: DcapCollateral
  readonly dates: CollateralDates
  /** Epoch seconds. */
  readonly fetchedAt: number
  /** Address of the service, or name of the bundle. */
  readonly source: string
  /** What the service said about how long its answer may be kept, seconds. */
  readonly maxAgeSeconds?: number
}

/** Something that did not stop the work but that an operator should see. */
export interface CollateralNotice {
  readonly code: CollateralErrorCode
  readonly key: CollateralKey
  readonly message: string
  readonly cause?: unknown
}
