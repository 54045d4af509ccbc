import { parseJson } from '@veritee/codec/json'
import { reading } from '../dates.ts'
import { CollateralError } from '../errors.ts'
import { nameKey } from '../key.ts'
import type { CollateralSet } from '../types.ts'
import { ARCHIVE_FORMAT, readArchive } from './archive.ts'
import { isPccsAdminFile, readPccsAdminFile } from './pccs-admin.ts'
import { readSingle } from './single.ts'
import type { BundleOptions, CollateralArchive } from './types.ts'

const INVALID = 'COLLATERAL_BUNDLE_INVALID'
const MAX_BUNDLE_BYTES = 64 << 20

/**
 * Reads a bundle of any form that is known: of this project, of a single platform, or `platform_collaterals.json`. Of
 * several sets with one name the one whose documents were issued last counts.
 *
 * Throws COLLATERAL_BUNDLE_INVALID and COLLATERAL_BUNDLE_EXCESSIVE. Verifies nothing, and does not look at dates.
 */
export function readBundle(input: string | Uint8Array, options: BundleOptions = {}): CollateralArchive {
  if (input.length > MAX_BUNDLE_BYTES) {
    throw new CollateralError('COLLATERAL_BUNDLE_EXCESSIVE', undefined, {
      details: { expected: `at most ${MAX_BUNDLE_BYTES} bytes`, actual: input.length },
    })
  }
  const value = reading(INVALID, 'bundle', () => parseJson(input, { maxBytes: MAX_BUNDLE_BYTES }))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CollateralError(INVALID, undefined, { details: { path: 'bundle', expected: 'an object' } })
  }
  return createArchive(readSets(value as Readonly<Record<string, unknown>>, options))
}

/** Sets that can be looked up by name. */
export function createArchive(sets: readonly CollateralSet[]): CollateralArchive {
  const byName = new Map<string, CollateralSet>()
  for (const set of sets) {
    const name = nameKey(set.key)
    const known = byName.get(name)
    if (known === undefined || known.dates.issuedAt < set.dates.issuedAt) byName.set(name, set)
  }
  return { sets, find: (key) => byName.get(nameKey(key)) }
}

function readSets(value: Readonly<Record<string, unknown>>, options: BundleOptions): readonly CollateralSet[] {
  if (value['format'] === ARCHIVE_FORMAT) return readArchive(value)
  if (isPccsAdminFile(value)) return readPccsAdminFile(value, options)
  return readSingle(value, options)
}
