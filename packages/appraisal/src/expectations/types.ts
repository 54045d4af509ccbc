/** What an operator expects of a machine, once read. The file format is in `file.ts`, the comparison in `evaluate.ts`. */

/** A value a claim may be pinned to. Texts are compared exactly, hexadecimal texts in either case. */
export type ClaimValue = string | number | boolean

/** One rule on one claim. */
export type ClaimRule =
  /** The claim is one of these; never empty. */
  | { readonly kind: 'one-of'; readonly values: readonly ClaimValue[] }
  /** Both hexadecimal: the claim equals `value` in every bit that `mask` sets. */
  | { readonly kind: 'masked'; readonly value: string; readonly mask: string }
  /** The claim, a number or a decimal text, lies within the bounds. */
  | { readonly kind: 'range'; readonly minimum?: number; readonly maximum?: number }

/** A rule and the claim it is about. */
export interface ClaimExpectation {
  /** Dotted path such as `tdx.quote.body.mr_td`; names that hold dots themselves are found too. */
  readonly path: string
  readonly rule: ClaimRule
}

/** What is expected of the platform's TCB. */
export interface TcbExpectation {
  /** Statuses accepted by name; default `UpToDate` alone. `Revoked` cannot be accepted. */
  readonly statuses?: readonly string[]
  /** The date of the matched TCB level is this or later, epoch seconds. */
  readonly minimumDateAt?: number
  /** The collateral is of this TCB evaluation or a later one. */
  readonly minimumEvaluationNumber?: number
  /** Advisories that may concern the platform; any other refuses. Absent: judged by the status alone. */
  readonly allowedAdvisories?: readonly string[]
}

/** Relaxations of the default acceptance rules, each by name. */
export type Allowance = 'debug' | 'sept_ve' | 'migratable' | 'expired_collateral'
export const ALLOWANCES: readonly Allowance[] = ['debug', 'sept_ve', 'migratable', 'expired_collateral']

/** What a machine must be. It never expects nothing: such a file is refused when it is read. */
export interface Expectations {
  /** Kinds of evidence accepted, such as `tdx`; absent: any kind that the claims fit. */
  readonly tees?: readonly string[]
  readonly claims: readonly ClaimExpectation[]
  readonly tcb?: TcbExpectation
  readonly allow: readonly Allowance[]
}
