/**
 * The bundle of this project, version 1: many platforms in one JSON file.
 *
 * ```json
 * { "format": "veritee-collateral", "version": 1,
 *   "sets": [ { "tee": "tdx", "fmspc": "b0c06f000000", "ca": "platform", "update": "standard",
 *               "fetchedAt": 1750000000, "source": "https://…", "collateral": { "tcb_info": "…", … } } ] }
 * ```
 *
 * `collateral` is the bundle of a single platform as it is passed around: every signed text stays byte for byte.
 */
import { encodeDcapCollateral, parseDcapCollateral } from '@veritee/evidence/dcap/collateral'
import { collectDates, readDocuments, reading } from '../dates.ts'
import { CollateralError } from '../errors.ts'
import { createKey } from '../key.ts'
import { expectAbout } from '../pcs/fetch-set.ts'
import type { CollateralSet } from '../types.ts'

export const ARCHIVE_FORMAT = 'veritee-collateral'
const ARCHIVE_VERSION = 1
const INVALID = 'COLLATERAL_BUNDLE_INVALID'

/** Writes sets as one bundle. The same sets give the same text. */
export function exportBundle(sets: readonly CollateralSet[]): string {
  const archive = { format: ARCHIVE_FORMAT, version: ARCHIVE_VERSION, sets: sets.map(encodeSet) }
  return `${JSON.stringify(archive, undefined, 1)}\n`
}

/** One set as a member of a bundle. */
export function encodeSet(set: CollateralSet): object {
  const { key, collateral, fetchedAt, source, maxAgeSeconds } = set
  return {
    ...key,
    fetchedAt,
    source,
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    collateral: JSON.parse(encodeDcapCollateral(collateral)) as object,
  }
}

/** Reads the sets of a parsed bundle. Throws COLLATERAL_BUNDLE_INVALID. */
export function readArchive(archive: Readonly<Record<string, unknown>>): readonly CollateralSet[] {
  const { version, sets } = archive
  if (version !== ARCHIVE_VERSION) throw invalid('version', ARCHIVE_VERSION, version)
  if (!Array.isArray(sets)) throw invalid('sets', 'a list', typeof sets)
  return sets.map((set, i) => readSet(set, `sets[${i}]`))
}

/** Reads one member of a bundle; what it says about itself must be what its documents are. */
export function readSet(value: unknown, path: string): CollateralSet {
  if (typeof value !== 'object' || value === null) throw invalid(path, 'an object', value)
  const {
    tee,
    fmspc,
    ca,
    update,
    fetchedAt,
    source,
    maxAgeSeconds,
    collateral: bundle,
  } = value as Record<string, unknown>
  if (!isEpoch(fetchedAt)) throw invalid(`${path}.fetchedAt`, 'epoch seconds', fetchedAt)
  if (maxAgeSeconds !== undefined && !isEpoch(maxAgeSeconds))
    throw invalid(`${path}.maxAgeSeconds`, 'seconds', maxAgeSeconds)
  if (typeof source !== 'string') throw invalid(`${path}.source`, 'a text', source)
  if (typeof bundle !== 'object' || bundle === null) throw invalid(`${path}.collateral`, 'an object', bundle)
  const key = asInvalid(path, () =>
    createKey({ tee, fmspc, ca } as Parameters<typeof createKey>[0], update as 'standard'),
  )
  const collateral = reading(INVALID, `${path}.collateral`, () => parseDcapCollateral(bundle))
  const documents = readDocuments(collateral, INVALID)
  asInvalid(path, () => expectAbout(key, documents))
  return {
    key,
    collateral,
    dates: collectDates(documents),
    fetchedAt,
    source,
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
  }
}

function isEpoch(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function asInvalid<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof CollateralError)) throw cause
    throw new CollateralError(INVALID, undefined, {
      details: { ...cause.details, path: `${path}.${cause.details.path}` },
      cause,
    })
  }
}

function invalid(path: string, expected: unknown, actual: unknown): CollateralError {
  return new CollateralError(INVALID, undefined, { details: { path, expected, actual } })
}
