import { canonicalizeJson } from '@veritee/codec/json'
import type { JsonValue, ReferenceRecord } from '../record/types.ts'
import { policyValueOf } from '../record/value.ts'

/** One name whose record differs. */
export interface RecordDifference {
  readonly name: string
  readonly added: readonly JsonValue[]
  readonly removed: readonly JsonValue[]
  /** Epoch seconds, where the expiry differs. */
  readonly expiresAt?: { readonly before: number; readonly after: number }
}

export interface ReferenceDifference {
  readonly added: readonly ReferenceRecord[]
  readonly removed: readonly ReferenceRecord[]
  readonly changed: readonly RecordDifference[]
}

type Records = ReadonlyMap<string, ReferenceRecord>

/** What one state has that the other has not, names in ascending order. Versions and proofs of digests are not compared. */
export function diffReferences(before: Records, after: Records): ReferenceDifference {
  const changed = sorted(after).flatMap((record): RecordDifference[] => {
    const old = before.get(record.name)
    if (old === undefined) return []
    const [was, is] = [valuesOf(old), valuesOf(record)]
    const added = [...is].filter(([key]) => !was.has(key)).map(([, value]) => value)
    const removed = [...was].filter(([key]) => !is.has(key)).map(([, value]) => value)
    const expiry =
      old.expiresAt === record.expiresAt ? {} : { expiresAt: { before: old.expiresAt, after: record.expiresAt } }
    if (added.length + removed.length === 0 && !('expiresAt' in expiry)) return []
    return [{ name: record.name, added, removed, ...expiry }]
  })
  return {
    added: sorted(after).filter(({ name }) => !before.has(name)),
    removed: sorted(before).filter(({ name }) => !after.has(name)),
    changed,
  }
}

function sorted(records: Records): ReferenceRecord[] {
  return [...records.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Digests one by one, plain values as a whole; by a text that tells a list from a value. */
function valuesOf(record: ReferenceRecord): Map<string, JsonValue> {
  const value = policyValueOf(record)
  const { content } = record
  if (content.kind === 'value') return new Map([[`value ${canonicalizeJson(value)}`, value]])
  return new Map(content.digests.map((digest) => [`digest ${digest.value}`, digest.value]))
}
