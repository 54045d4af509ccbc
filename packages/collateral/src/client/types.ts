import type { DcapQuote } from '@veritee/evidence/dcap/quote'
import type { CollateralArchive } from '../bundle/types.ts'
import type { FreshnessPolicy } from '../cache/freshness.ts'
import type { CollateralEndpoint } from '../config/endpoint.ts'
import type { RetryPolicy } from '../http/retry.ts'
import type { TransportLimits } from '../http/transport.ts'
import type { CollateralNotice, CollateralSet, PlatformSelector, TcbUpdate } from '../types.ts'

/** What a client is made with. */
export interface CollateralClientOptions {
  /** Services in order of preference; the next is asked when one fails. None: bundles and cache alone. */
  readonly endpoints: readonly CollateralEndpoint[]
  /** The clock, epoch seconds. */
  readonly now: () => number
  /** Data set to fetch unless asked otherwise. Default `standard`. */
  readonly update?: TcbUpdate
  /** Where sets are kept beyond this process. Default: in memory alone. */
  readonly cacheDirectory?: string
  /** Looked into when no service gives the set. */
  readonly bundles?: readonly CollateralArchive[]
  readonly freshness?: FreshnessPolicy
  readonly retry?: RetryPolicy
  readonly limits?: TransportLimits
  /** Most sets kept in memory. Default 256. */
  readonly maxSets?: number
  /** Told what did not stop the work: damaged cache files, failed refreshes. Must not throw. */
  readonly onNotice?: (notice: CollateralNotice) => void
  /** 0 up to 1, for the pauses between retries. Default Math.random. */
  readonly random?: () => number
}

export interface FetchOptions {
  readonly update?: TcbUpdate
  /** Fetch even if a fresh set is cached. Default false. */
  readonly force?: boolean
  /** Gives up waiting; the fetch goes on for others that wait for the same set. */
  readonly signal?: AbortSignal
}

/** Both data sets of one platform. */
export interface BothUpdates {
  readonly standard: CollateralSet
  readonly early: CollateralSet
}

/** Fetches collateral and keeps it. Everything it returns is untrusted until verified. */
export interface CollateralClient {
  /**
   * The set of a platform: from memory, from disk, from a service, or from a bundle. Concurrent calls for one set make
   * one fetch. A set that is due for a refresh is returned at once and refreshed in the background.
   *
   * Throws {@link CollateralError}.
   */
  fetchCollateral(platform: PlatformSelector, options?: FetchOptions): Promise<CollateralSet>
  /** As `fetchCollateral`, for the platform that a quote names. */
  fetchCollateralFor(quote: Uint8Array | DcapQuote, options?: FetchOptions): Promise<CollateralSet>
  /** The standard and the early set, to see what a coming recovery will change. */
  fetchBothUpdates(platform: PlatformSelector, options?: Omit<FetchOptions, 'update'>): Promise<BothUpdates>
  /** Every set in memory, for `exportBundle`. */
  sets(): readonly CollateralSet[]
  /** Waits until no background refresh is under way. */
  settle(): Promise<void>
  /** Ends what is under way and closes connections. */
  close(): Promise<void>
}
