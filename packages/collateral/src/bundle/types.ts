import type { CollateralKey, CollateralSet } from '../types.ts'

/** The sets of one bundle, to be looked up. Untrusted like any collateral. */
export interface CollateralArchive {
  /** In the order of the bundle. */
  readonly sets: readonly CollateralSet[]
  /** The set of this name, or undefined. */
  find(key: CollateralKey): CollateralSet | undefined
}

/** What a bundle is read with. */
export interface BundleOptions {
  /** Shown as the source of its sets. Default `bundle`. */
  readonly name?: string
  /** When its sets count as fetched where the bundle does not say, epoch seconds. Default 0. */
  readonly fetchedAt?: number
}
