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
  /** Statuses accepted by name; default `UpToDate` alone. */
  readonly statuses?: readonly string[]
  /** The matched level is at least this old, epoch seconds. */
  readonly minimumDateAt?: number
  /** Advisories that may apply; any other refuses. Absent: advisories are not judged beside the status. */
  readonly allowedAdvisories?: readonly string[]
}

/** Relaxations of the default acceptance rules, each by name. */
export const ALLOWANCES = ['debug', 'sept-ve-enabled', 'simulated', 'expired-collateral'] as const
export type Allowance = (typeof ALLOWANCES)[number]

/** What a machine must be. Never empty: a policy that expects nothing is refused when it is read. */
export interface Expectations {
  /** Kinds of evidence accepted, such as `tdx`; absent: any kind the claims fit. */
  readonly tees?: readonly string[]
  readonly claims: readonly ClaimExpectation[]
  readonly tcb?: TcbExpectation
  readonly allow: readonly Allowance[]
}
