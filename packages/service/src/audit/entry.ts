import { encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { canonicalizeJson } from '@veritee/codec/json'

/** Who did something: a key of an administrator, a machine that attested, a client nobody knows, or the service itself. */
export interface AuditActor {
  readonly kind: 'administrator' | 'machine' | 'client' | 'service'
  /** Thumbprint of a key, name of a machine, or address of a client. */
  readonly id: string
  readonly name?: string
  readonly role?: string
  readonly subject?: string
}

/** What happened, before it has its place in the log. */
export interface AuditEvent {
  readonly actor: AuditActor
  /** Such as `secret.write`, `attestation`, `secret.release`. */
  readonly action: string
  /** What it was done to: a path, an id. */
  readonly object: string
  /** `failed`: the service could not tell or do it. */
  readonly outcome: 'done' | 'refused' | 'failed'
  /** Code of the refusal or failure. */
  readonly code?: string
  /** Why, in the words of who did it. */
  readonly reason?: string
  readonly requestId?: string
  /** More facts, small, never secret. */
  readonly detail?: Readonly<Record<string, string | number | boolean>>
}

/** One entry of the log. Each carries the hash of the one before it, so none can be changed, added or left out alone. */
export interface AuditEntry extends AuditEvent {
  /** Counted from 1 without a gap. */
  readonly seq: number
  /** Epoch seconds, by the clock of the replica that wrote it. */
  readonly time: number
  /** Hash of the entry before it; 64 zeros in the first. */
  readonly prev: string
  /** Hex SHA-256 over the canonical JSON (RFC 8785) of all other members. */
  readonly hash: string
}

/** What the first entry names as the one before it. */
export const AUDIT_GENESIS: string = '0'.repeat(64)

/** The hash of an entry, made from all of its other members. */
export function hashAuditEntry(entry: Omit<AuditEntry, 'hash'>): string {
  const { hash: _, ...rest } = entry as AuditEntry
  return encodeHex(digest('sha256', encodeUtf8(canonicalizeJson(rest))))
}
