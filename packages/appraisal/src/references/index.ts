/** Reference values: messages and provenance read, records kept and changed, what policies see of them. */
export { EXTRACTORS, type ExtractOptions, extractReferences } from './extract.ts'
export { extractListItem } from './list/extract.ts'
export { type ProvenanceSource, parseReferenceList, type ReferenceListItem } from './list/list.ts'
export type { MaterialTrust } from './list/material.ts'
export { checkReferenceName } from './members.ts'
export { parseReferenceMessage, type ReferenceMessage } from './message.ts'
export { createContent, encodeRecord, parseRecord, type RecordShape } from './record/shapes.ts'
export { addMonths, formatTime, parseTime } from './record/time.ts'
export type { AuditProof, JsonValue, ReferenceContent, ReferenceDigest, ReferenceRecord } from './record/types.ts'
export { isExpired, policyValueOf } from './record/value.ts'
export { diffReferences, type RecordDifference, type ReferenceDifference } from './state/diff.ts'
export { createPolicyReferences, listPolicyValues, type PolicyReferences } from './state/policy.ts'
export { checkSetName, DEFAULT_SET, joinSets, type SetRecords } from './state/sets.ts'
export {
  type ChangeContext,
  changeReferences,
  EMPTY_STATE,
  type ReferenceChange,
  type ReferenceState,
  type Revocation,
} from './state/state.ts'
