/** An appraisal result, once read. */
import type { IntelPolicy, IntelVerdict, JsonObject } from '../types.ts'
import type { QuoteHash } from '../verification/document.ts'

/** One report with the policy it was held against. */
export interface AppraisedReport {
  readonly verdict: IntelVerdict
  readonly report: { readonly environment: JsonObject; readonly measurement: JsonObject }
  /** Absent where no policy was for its class. */
  readonly policy?: IntelPolicy
  /** Name of each check, and whether it passed. */
  readonly detailed?: readonly { readonly [check: string]: boolean }[]
}

/** The outcome of an appraisal. */
export interface IntelResult {
  readonly overall: IntelVerdict
  /** Nanoseconds since the epoch: beyond 2^53. */
  readonly checkDate: bigint
  readonly nonce: bigint
  readonly quoteHashes?: readonly QuoteHash[]
  readonly userData?: string
  readonly reports: readonly AppraisedReport[]
  /** The collateral, each member base64. */
  readonly certificationData: readonly JsonObject[]
  /** True if it rests on a simulated root. */
  readonly simulated: boolean
}

/**
 * The two shapes a result is found in: `array`, where the outermost `result` is a list of one object, and `object`, where
 * it is the object itself and items of `certification_data` are wrapped once more.
 */
export type IntelResultShape = 'array' | 'object'
