/** Where collateral comes from: addresses, and the configuration file of Intel's libraries. */
export { type CollateralEndpoint, INTEL_PCS } from './endpoint.ts'
export { parseQcnl, type QcnlConfig } from './qcnl.ts'
export { type CollateralSources, resolveSources, type SourceSettings } from './sources.ts'
