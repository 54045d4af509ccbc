/** What is registered, and how it changes. States are values: a change makes a new one. */
import { canonicalizeJson } from '@veritee/codec/json'
import { AppraisalError } from '../../errors.ts'
import { MAX_DIGESTS, MAX_RECORDS } from '../limits.ts'
import { checkCount, within } from '../members.ts'
import { joinDigests } from '../record/digests.ts'
import type { JsonValue, ReferenceContent, ReferenceRecord } from '../record/types.ts'
import { isExpired, policyValueOf } from '../record/value.ts'

/** A value that must not come back under its name, whatever registers it. */
export interface Revocation {
  readonly name: string
  /** A digest, or a plain value. */
  readonly value: JsonValue
  /** Epoch seconds. */
  readonly revokedAt: number
  readonly by: string
  readonly reason: string
}

export interface ReferenceState {
  readonly records: ReadonlyMap<string, ReferenceRecord>
  readonly revocations: readonly Revocation[]
}

export const EMPTY_STATE: ReferenceState = { records: new Map(), revocations: [] }

export type ReferenceChange =
  /** Digests join those under the same name and the later expiry counts; plain values replace. */
  | { readonly operation: 'merge'; readonly records: readonly ReferenceRecord[] }
  /** Each record replaces the one of its name. */
  | { readonly operation: 'replace'; readonly records: readonly ReferenceRecord[] }
  /** The records become all there is. */
  | { readonly operation: 'replace-all'; readonly records: readonly ReferenceRecord[] }
  | { readonly operation: 'delete'; readonly names: readonly string[] }
  /** Takes values away and keeps them away; without values all that the name has. The name stays, with what is left. */
  | { readonly operation: 'revoke'; readonly name: string; readonly values?: readonly JsonValue[] }
  /** Several changes, one after the other, as one. */
  | { readonly operation: 'sequence'; readonly changes: readonly ReferenceChange[] }
  /** Lets revoked values be registered again; it does not register them. */
  | { readonly operation: 'reinstate'; readonly name: string; readonly values?: readonly JsonValue[] }

/** Who changes, when and why. */
export interface ChangeContext {
  /** Epoch seconds. */
  readonly now: number
  readonly by: string
  readonly reason: string
}

/**
 * The state after a change. Registering the same again renews its expiry; values that lapsed do not come back by joining.
 *
 * @throws AppraisalError REFERENCE_VALUE_REVOKED, REFERENCE_NAME_UNKNOWN, REFERENCE_LIMIT_EXCEEDED
 */
export function changeReferences(
  state: ReferenceState,
  change: ReferenceChange,
  context: ChangeContext,
): ReferenceState {
  switch (change.operation) {
    case 'merge':
      return register(state, change.records, (present, record) => mergeRecords(present, record, context.now))
    case 'replace':
      return register(state, change.records, (_, record) => record)
    case 'replace-all':
      return register({ ...state, records: new Map() }, change.records, (present, record) =>
        mergeRecords(present, record, context.now),
      )
    case 'delete': {
      const records = new Map(state.records)
      for (const name of change.names) if (!records.delete(name)) throw unknownName(name)
      return { ...state, records }
    }
    case 'sequence':
      return change.changes.reduce((before, next) => changeReferences(before, next, context), state)
    case 'revoke':
      return revoke(state, change.name, change.values, context)
    case 'reinstate':
      return reinstate(state, change.name, change.values)
  }
}

function register(
  state: ReferenceState,
  incoming: readonly ReferenceRecord[],
  join: (present: ReferenceRecord | undefined, record: ReferenceRecord) => ReferenceRecord,
): ReferenceState {
  const records = new Map(state.records)
  for (const record of incoming) {
    checkRevoked(record, state.revocations)
    const joined = join(records.get(record.name), record)
    if (joined.content.kind === 'digests') checkCount(joined.content.digests.length, MAX_DIGESTS, record.name)
    records.set(record.name, joined)
  }
  checkCount(records.size, MAX_RECORDS, 'records')
  return { ...state, records }
}

function mergeRecords(present: ReferenceRecord | undefined, record: ReferenceRecord, now: number): ReferenceRecord {
  const before = present?.content
  if (present === undefined || before?.kind !== 'digests' || record.content.kind !== 'digests') return record
  if (isExpired(present, now)) return record
  const auditProof = record.auditProof ?? present.auditProof
  return {
    name: record.name,
    expiresAt: Math.max(present.expiresAt, record.expiresAt),
    content: { kind: 'digests', digests: joinDigests(before.digests, record.content.digests) },
    ...(auditProof === undefined ? {} : { auditProof }),
  }
}

/** Values as they are compared: without regard to the case of a digest. */
function keyOf(value: JsonValue): string {
  return within({ code: 'REFERENCE_CHANGE_INVALID', path: 'values' }, () =>
    canonicalizeJson(typeof value === 'string' ? value.toLowerCase() : value),
  )
}

function listValues(content: ReferenceContent): readonly JsonValue[] {
  return content.kind === 'digests' ? content.digests.map(({ value }) => value) : [content.value]
}

function checkRevoked(record: ReferenceRecord, revocations: readonly Revocation[]): void {
  const own = revocations.filter(({ name }) => name === record.name)
  if (own.length === 0) return
  const keys = new Map(own.map((revocation) => [keyOf(revocation.value), revocation]))
  for (const value of listValues(record.content)) {
    const found = keys.get(keyOf(value))
    if (found === undefined) continue
    throw new AppraisalError('REFERENCE_VALUE_REVOKED', `A value of ${record.name} was revoked: ${found.reason}`, {
      details: { path: record.name, actual: value, revokedAt: found.revokedAt, by: found.by },
    })
  }
}

function revoke(
  state: ReferenceState,
  name: string,
  values: readonly JsonValue[] | undefined,
  { now, by, reason }: ChangeContext,
): ReferenceState {
  const record = state.records.get(name)
  if (record === undefined && values === undefined) throw unknownName(name)
  const chosen = values ?? listValues((record as ReferenceRecord).content)
  const keys = new Set(chosen.map(keyOf))
  const kept = state.revocations.filter((old) => old.name !== name || !keys.has(keyOf(old.value)))
  checkCount(kept.length + keys.size, MAX_RECORDS, 'revocations')
  const added = [...new Map(chosen.map((value) => [keyOf(value), value])).values()]
  return {
    records: record === undefined ? state.records : new Map(state.records).set(name, withoutValues(record, keys)),
    revocations: [...kept, ...added.map((value) => ({ name, value, revokedAt: now, by, reason }))],
  }
}

/** The name stays when nothing is left under it, so that policies that ask for it find nothing acceptable. */
function withoutValues(record: ReferenceRecord, keys: ReadonlySet<string>): ReferenceRecord {
  if (record.content.kind === 'value')
    return keys.has(keyOf(policyValueOf(record))) ? { ...record, content: { kind: 'digests', digests: [] } } : record
  const digests = record.content.digests.filter(({ value }) => !keys.has(keyOf(value)))
  return { ...record, content: { kind: 'digests', digests } }
}

function reinstate(state: ReferenceState, name: string, values: readonly JsonValue[] | undefined): ReferenceState {
  const keys = values === undefined ? undefined : new Set(values.map(keyOf))
  const revocations = state.revocations.filter(
    (revocation) => revocation.name !== name || (keys !== undefined && !keys.has(keyOf(revocation.value))),
  )
  if (revocations.length === state.revocations.length) throw unknownName(name)
  return { ...state, revocations }
}

export function unknownName(name: string): AppraisalError {
  return new AppraisalError('REFERENCE_NAME_UNKNOWN', undefined, { details: { path: 'name', actual: name } })
}
