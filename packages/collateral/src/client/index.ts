/** The client of collateral services. */
export { createCollateralClient } from './client.ts'
export type { BothUpdates, CollateralClient, CollateralClientOptions, FetchOptions } from './types.ts'
