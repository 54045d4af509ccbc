/** The seal of verification: internal to this package, reachable through no public entry. */
import type { Verified } from './index.ts'

/** Marks a value as verified and freezes it. Only `verify*` functions call it, after every check has passed. */
export function sealVerified<T extends object>(value: T): Verified<T> {
  return Object.freeze(value) as Verified<T>
}
