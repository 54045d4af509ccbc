/** Reference values as policies see them. */
import type { JsonValue, ReferenceRecord } from '../record/types.ts'
import { isExpired, policyValueOf } from '../record/value.ts'

export interface PolicyReferences {
  /**
   * For `data.reference`. A name whose values have lapsed stays, with an empty list: a policy that goes through all names must
   * not pass because a name is gone.
   */
  readonly data: Readonly<Record<string, JsonValue>>
  /** Names whose values have lapsed, ascending. */
  readonly lapsed: readonly string[]
  /** For `query_reference_value`: undefined for a name that is unknown or lapsed. */
  query(id: string): JsonValue | undefined
}

/**
 * @param records of every set, each name once
 * @param now epoch seconds
 */
export function createPolicyReferences(records: Iterable<ReferenceRecord>, now: number): PolicyReferences {
  const values = new Map<string, JsonValue>()
  const lapsed: string[] = []
  for (const record of records) {
    if (isExpired(record, now)) lapsed.push(record.name)
    else values.set(record.name, policyValueOf(record))
  }
  return {
    data: Object.fromEntries([...lapsed.map((name): [string, JsonValue] => [name, []]), ...values]),
    lapsed: lapsed.sort(),
    query: (id) => values.get(id),
  }
}

/** What a query without a name answers: every value that has not lapsed. @param now epoch seconds */
export function listPolicyValues(records: Iterable<ReferenceRecord>, now: number): Record<string, JsonValue> {
  const live = [...records].filter((record) => !isExpired(record, now))
  return Object.fromEntries(live.map((record) => [record.name, policyValueOf(record)]))
}
