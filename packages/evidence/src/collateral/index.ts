/** Collateral files, sorted by content. */
export { type CollateralFile, type HygonFile, type SortedCollateral, sortCollateral } from './sort.ts'
