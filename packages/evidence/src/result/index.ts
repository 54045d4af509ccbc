/**
 * What every verifier returns: named checks, claims, and a type that only a verifier can make.
 */

/** Outcome of one named check. `skip` is never silent: it carries a code that says why the check could not be made. */
export interface Check {
  /** Stable name, such as `pck.chain` or `quote.signature`. */
  readonly id: string
  readonly result: 'pass' | 'fail' | 'skip'
  /** Present on `fail` and `skip`: a code of the package's table. */
  readonly code?: string
  readonly message?: string
  readonly expected?: unknown
  readonly actual?: unknown
  /** What to do about it. */
  readonly next?: string
}

/** A judgement about evidence that is readable and genuine. */
export interface Finding {
  readonly code: string
  readonly severity: 'error' | 'warning' | 'info'
  /** The claim or field judged, such as `tdx.quote.body.mr_td`. */
  readonly path: string
  readonly expected?: unknown
  readonly actual?: unknown
  /** One plain sentence that a person can act on. */
  readonly message: string
  readonly next?: string
}

/** A claim set as JSON: member names follow the upstream attestation services, values are JSON data. */
export type Claims = { readonly [name: string]: unknown }

declare const verifiedBrand: unique symbol

/**
 * Evidence whose cryptographic truth was established. Only a `verify*` function of this package makes one (through
 * a seal that no entry of the package exports), so unverified bytes cannot reach a policy by accident.
 */
export type Verified<T> = T & { readonly [verifiedBrand]: true }
