/** Requests to a collateral service. */
export type { RetryPolicy } from './retry.ts'
export type { TransportLimits } from './transport.ts'
