import type { JsonValue, ReferenceRecord } from './types.ts'

/** What a policy compares with: the digests as an array of texts, each once, or the plain value as it is, null included. */
export function policyValueOf({ content }: ReferenceRecord): JsonValue {
  return content.kind === 'digests' ? [...new Set(content.digests.map(({ value }) => value))] : content.value
}

/** @param now epoch seconds */
export function isExpired(record: ReferenceRecord, now: number): boolean {
  return record.expiresAt <= now
}
