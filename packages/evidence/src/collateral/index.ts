/** Collateral files, sorted by content. */
export { type CollateralFile, type SortedCollateral, sortCollateral } from './sort.ts'
