/** Fetches and caches vendor collateral, and reads offline bundles. Nothing it returns is verified. */
export {
  type BundleOptions,
  type CollateralArchive,
  createArchive,
  exportBundle,
  readBundle,
} from './bundle/index.ts'
export type { FreshnessPolicy } from './cache/freshness.ts'
export {
  type BothUpdates,
  type CollateralClient,
  type CollateralClientOptions,
  createCollateralClient,
  type FetchOptions,
} from './client/index.ts'
export {
  type CollateralEndpoint,
  type CollateralSources,
  INTEL_PCS,
  parseQcnl,
  type QcnlConfig,
  resolveSources,
  type SourceSettings,
} from './config/index.ts'
export { COLLATERAL_ERRORS, CollateralError, type CollateralErrorCode } from './errors.ts'
export type { RetryPolicy, TransportLimits } from './http/index.ts'
export { selectFromChain, selectPlatform } from './platform.ts'
export type {
  CollateralDates,
  CollateralKey,
  CollateralNotice,
  CollateralSet,
  PlatformSelector,
  TcbUpdate,
} from './types.ts'
