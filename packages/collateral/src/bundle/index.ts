/** Offline bundles. */
export { exportBundle } from './archive.ts'
export { createArchive, readBundle } from './read.ts'
export type { BundleOptions, CollateralArchive } from './types.ts'
