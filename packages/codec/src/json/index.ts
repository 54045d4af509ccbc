/** Strict JSON reading with bounds and exact text ranges, and canonical writing. */
export { canonicalizeJson } from './canonical.ts'
export type { JsonLimits } from './limits.ts'
export { findMemberText, type JsonMember, parseJson, parseJsonMembers } from './parse.ts'
