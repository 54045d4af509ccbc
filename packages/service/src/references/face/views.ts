/** Sets, values and versions as the API shows them: times as text, absent members null. */
import {
  encodeRecord,
  formatTime,
  isExpired,
  type ReferenceDifference,
  type ReferenceRecord,
} from '@veritee/appraisal/references'
import type { ReferencePreview, ReferenceSet, SetVersion } from '../types.ts'

export function viewSet(set: ReferenceSet, now: number): Record<string, unknown> {
  const records = [...set.state.records.values()]
  const live = records.filter((record) => !isExpired(record, now))
  const expired = set.expiresAt !== undefined && set.expiresAt <= now
  const expiries = live.map((record) => record.expiresAt).concat(set.expiresAt ?? [])
  return {
    name: set.name,
    tee: set.tee ?? null,
    description: set.description ?? null,
    values: records.length,
    revoked: set.state.revocations.length,
    validUntil: set.expiresAt === undefined ? null : formatTime(set.expiresAt),
    nextExpiry: expiries.length === 0 ? null : formatTime(Math.min(...expiries)),
    state: stateOf(records.length, live.length, expired),
    version: set.version,
    digest: set.digest,
    changedAt: formatTime(set.changedAt),
    changedBy: set.changedBy,
    reason: set.reason,
  }
}

function stateOf(records: number, live: number, expired: boolean): 'active' | 'expired' | 'empty' {
  if (records === 0) return 'empty'
  return expired || live === 0 ? 'expired' : 'active'
}

export function viewValue(record: ReferenceRecord, now: number): Record<string, unknown> {
  const { name, content, expiresAt } = record
  return {
    name,
    kind: content.kind,
    digests:
      content.kind === 'digests'
        ? content.digests.map(({ algorithm, value, artifactVersion }) => ({
            algorithm,
            value,
            label: artifactVersion ?? null,
          }))
        : [],
    ...(content.kind === 'value' ? { value: content.value } : {}),
    validUntil: formatTime(expiresAt),
    state: isExpired(record, now) ? 'expired' : 'active',
  }
}

export function viewVersion(version: SetVersion, detailed: boolean): Record<string, unknown> {
  const { changes, description, at, ...head } = version
  const { expiresAt, ...words } = description
  return {
    ...head,
    at: formatTime(at),
    description: { ...words, ...(expiresAt === undefined ? {} : { validUntil: formatTime(expiresAt) }) },
    ...(detailed
      ? {
          changes: changes.map(({ name, before, after }) => ({
            name,
            before: before === undefined ? null : encodeRecord(before, 'hash-value'),
            after: after === undefined ? null : encodeRecord(after, 'hash-value'),
          })),
        }
      : { changed: changes.length }),
  }
}

export function viewDifference({ added, removed, changed }: ReferenceDifference, now: number): Record<string, unknown> {
  return {
    added: added.map((record) => viewValue(record, now)),
    removed: removed.map((record) => viewValue(record, now)),
    changed: changed.map(({ expiresAt, ...rest }) => ({
      ...rest,
      ...(expiresAt === undefined
        ? {}
        : { validUntil: { before: formatTime(expiresAt.before), after: formatTime(expiresAt.after) } }),
    })),
  }
}

export function viewPreview(preview: ReferencePreview, now: number): Record<string, unknown> {
  return { ...preview, difference: viewDifference(preview.difference, now) }
}
