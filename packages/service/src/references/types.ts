import type {
  JsonValue,
  PolicyReferences,
  ReferenceChange,
  ReferenceDifference,
  ReferenceRecord,
  ReferenceState,
} from '@veritee/appraisal/references'
import type { StoreAccess } from '../store/index.ts'

/** What a set says of itself. */
export interface SetDescription {
  /** The kind of machine that the values are for. */
  readonly tee?: string
  readonly description?: string
  /** Epoch seconds; from then on none of the set's values counts. */
  readonly expiresAt?: number
}

/** A named set of reference values as its newest version has it. */
export interface ReferenceSet extends SetDescription {
  readonly name: string
  /** Counted from 1; a set that was never written has 0. */
  readonly version: number
  /** SHA-384 over the canonical form of description and records. */
  readonly digest: string
  readonly changedAt: number
  readonly changedBy: string
  readonly reason: string
  readonly state: ReferenceState
}

/** How one version of a set differs from the one before it. */
export interface SetVersion {
  readonly set: string
  readonly version: number
  readonly digest: string
  readonly at: number
  readonly by: string
  readonly reason: string
  readonly operation: SetChange['operation']
  readonly description: SetDescription
  /** Records before and after; absent where there was or is none. */
  readonly changes: readonly {
    readonly name: string
    readonly before?: ReferenceRecord
    readonly after?: ReferenceRecord
  }[]
  readonly revoked: readonly { readonly name: string; readonly value: JsonValue }[]
  readonly reinstated: readonly { readonly name: string; readonly value: JsonValue }[]
}

export type SetChange =
  | ReferenceChange
  /** A member that is null is taken away, one that is absent stays. */
  | {
      readonly operation: 'describe'
      readonly tee?: string | null
      readonly description?: string | null
      readonly expiresAt?: number | null
    }
  /** The records of an earlier version become a new version. What was revoked since is not brought back: that is refused. */
  | { readonly operation: 'restore'; readonly version: number }

export interface ChangeRequest {
  readonly set: string
  readonly change: SetChange
  /** Who, as the authorization knows them. */
  readonly by: string
  readonly reason: string
  /** The version that the change was made for; another one refuses it. */
  readonly expectedVersion?: number
}

/** Who changes reference values. */
export interface ReferenceActor {
  readonly by: string
  /** Writes who did it beside the change, in the same transaction: there is never one without the other. */
  record(set: ReferenceSet, access: StoreAccess): Promise<void>
}

/** What a change would do, without doing it. */
export interface ReferencePreview {
  readonly set: string
  readonly baseVersion: number
  readonly difference: ReferenceDifference
  /** What policies see under each name that differs; `after` or `before` is absent where the name is not known. */
  readonly policy: readonly { readonly name: string; readonly before?: JsonValue; readonly after?: JsonValue }[]
  /** What recorded attestations would come out as, where they are kept. */
  readonly effect?: unknown
}

/** Judges recorded attestations again, by what policies see before and after a change. */
export type EffectAssessor = (before: PolicyReferences, after: PolicyReferences) => Promise<unknown>

/** Reference values in the store, every change versioned. */
export interface ReferenceRoom {
  /** @throws AppraisalError REFERENCE_*; ServiceError SERVICE_STORE_* */
  change(request: ChangeRequest, actor?: Pick<ReferenceActor, 'record'>): Promise<ReferenceSet>
  preview(request: ChangeRequest): Promise<ReferencePreview>
  /** Ascending by name. */
  listSets(): Promise<ReferenceSet[]>
  /** @throws AppraisalError REFERENCE_SET_UNKNOWN */
  readSet(name: string): Promise<ReferenceSet>
  /** Newest first, those before `before` only. */
  listVersions(set: string, options: { limit: number; before?: number }): Promise<SetVersion[]>
  /** @throws AppraisalError REFERENCE_VERSION_UNKNOWN */
  readVersion(set: string, version: number): Promise<SetVersion>
  /** The records that a version had. @throws AppraisalError REFERENCE_VERSION_UNKNOWN */
  readRecordsAt(set: string, version: number): Promise<ReadonlyMap<string, ReferenceRecord>>
  /** What policies see now, all sets joined. */
  read(): Promise<PolicyReferences>
  /** Records of all sets joined, expired ones included. */
  readRecords(): Promise<ReferenceRecord[]>
}
