import { CollateralError } from '../errors.ts'
import type { CollateralSet } from '../types.ts'

/** How long collateral is used, and when it is fetched anew. */
export interface FreshnessPolicy {
  /** A set is refreshed in the background once it was fetched that long ago; the service's max-age prevails. Default 24 h. */
  readonly refreshSeconds?: number
  /** A set is refreshed in the background that long before it expires. Default 24 h. */
  readonly refreshMarginSeconds?: number
  /** A set fetched longer ago is not used any more, expired or not. Default 168 h. */
  readonly expireSeconds?: number
  /** After a refresh that failed, the next one is tried no sooner. Default 5 min. */
  readonly refreshRetrySeconds?: number
  /**
   * Refuse a set whose TCB info, quoting enclave identity or PCK CRL was issued longer ago, expired or not: a service
   * that stopped updating can serve for a month what is no longer true. Default: no limit but expiry.
   */
  readonly maxAgeSeconds?: number
  /** The same for the root CRL, which lives a year. Default: no limit but expiry. */
  readonly maxRootCrlAgeSeconds?: number
  /** Return collateral that has expired, for a verifier that tolerates it by name. Default false: refused. */
  readonly allowExpired?: boolean
}

const HOUR = 3600
export const REFRESH_RETRY_SECONDS: number = 300

/** What may be done with a cached set now. */
export type Freshness = 'fresh' | 'due' | 'unusable'

/** Judges a cached set: use it, use it and refresh it, or fetch before use. */
export function judgeFreshness(set: CollateralSet, policy: FreshnessPolicy, now: number): Freshness {
  const { fetchedAt, dates, maxAgeSeconds } = set
  const { refreshSeconds = 24 * HOUR, refreshMarginSeconds = 24 * HOUR, expireSeconds = 168 * HOUR } = policy
  if (findRefusal(set, policy, now) !== undefined || now >= fetchedAt + expireSeconds) return 'unusable'
  // A set from the future was kept under another clock.
  if (now < fetchedAt) return 'due'
  const refreshAt = fetchedAt + Math.min(maxAgeSeconds ?? refreshSeconds, expireSeconds)
  return now >= refreshAt || now >= dates.expiresAt - refreshMarginSeconds ? 'due' : 'fresh'
}

/** Why a set must not be used at all, or undefined. */
export function findRefusal(set: CollateralSet, policy: FreshnessPolicy, now: number): CollateralError | undefined {
  const { dates, source } = set
  if (now > dates.expiresAt && policy.allowExpired !== true) {
    return refuse('COLLATERAL_EXPIRED', 'expiresAt', `at least ${now}`, dates.expiresAt)
  }
  const { maxAgeSeconds = Number.POSITIVE_INFINITY, maxRootCrlAgeSeconds = Number.POSITIVE_INFINITY } = policy
  if (now - dates.issuedAt > maxAgeSeconds) {
    return refuse('COLLATERAL_TOO_OLD', 'issuedAt', `at most ${maxAgeSeconds} seconds ago`, now - dates.issuedAt)
  }
  if (now - dates.rootCrlIssuedAt > maxRootCrlAgeSeconds) {
    const age = now - dates.rootCrlIssuedAt
    return refuse('COLLATERAL_TOO_OLD', 'rootCaCrl.thisUpdate', `at most ${maxRootCrlAgeSeconds} seconds ago`, age)
  }
  return undefined

  function refuse(
    code: 'COLLATERAL_EXPIRED' | 'COLLATERAL_TOO_OLD',
    path: string,
    expected: string,
    actual: number,
  ): CollateralError {
    return new CollateralError(code, undefined, { details: { path, expected, actual, source } })
  }
}
