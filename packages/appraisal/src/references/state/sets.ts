/** Named sets of reference values: each with its own versions and expiry, all of them in force at once. */
import { AppraisalError } from '../../errors.ts'
import type { ReferenceRecord } from '../record/types.ts'

/** Where values go that are registered without naming a set. */
export const DEFAULT_SET = 'default'

const SET_NAME = /^(?!\.)[A-Za-z0-9_.-]{1,128}$/

/** @throws AppraisalError REFERENCE_SET_INVALID */
export function checkSetName(name: unknown): string {
  if (typeof name === 'string' && SET_NAME.test(name)) return name
  throw new AppraisalError('REFERENCE_SET_INVALID', undefined, {
    details: { path: 'set', actual: typeof name === 'string' ? name.slice(0, 64) : typeof name },
  })
}

/** The records of a set, and the time from which none of them counts. */
export interface SetRecords {
  readonly name: string
  /** Epoch seconds. */
  readonly expiresAt?: number
  readonly records: ReadonlyMap<string, ReferenceRecord>
}

/**
 * All sets as one: digests of the same name are joined, unless those of one set have lapsed. A plain value can stand in one set
 * only.
 *
 * @param now epoch seconds
 * @throws AppraisalError REFERENCE_NAME_TAKEN
 */
export function joinSets(sets: Iterable<SetRecords>, now: number): ReferenceRecord[] {
  const joined = new Map<string, ReferenceRecord>()
  for (const set of sets) {
    for (const record of set.records.values()) {
      const capped = { ...record, expiresAt: Math.min(record.expiresAt, set.expiresAt ?? record.expiresAt) }
      joined.set(record.name, joinRecords(joined.get(record.name), capped, set.name, now))
    }
  }
  return [...joined.values()]
}

function joinRecords(
  other: ReferenceRecord | undefined,
  record: ReferenceRecord,
  set: string,
  now: number,
): ReferenceRecord {
  if (other === undefined) return record
  if (other.content.kind === 'value' || record.content.kind === 'value')
    throw new AppraisalError('REFERENCE_NAME_TAKEN', undefined, { details: { path: record.name, actual: set } })
  const [earlier, later] = other.expiresAt < record.expiresAt ? [other, record] : [record, other]
  if (earlier.expiresAt <= now || earlier.content.kind === 'value' || later.content.kind === 'value') return later
  // The joined record lapses with its first part: a reader that keeps it never holds a value beyond its own expiry.
  return {
    name: record.name,
    expiresAt: earlier.expiresAt,
    content: { kind: 'digests', digests: [...later.content.digests, ...earlier.content.digests] },
  }
}
