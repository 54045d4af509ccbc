/** Policies of the service: versions, texts in force, what they say about evidence and which secrets they release. */
export {
  type Appraisal,
  type AppraisedEvidence,
  createPolicyAppraiser,
  type PolicyAppraiser,
  type PolicyAppraiserOptions,
} from './appraiser.ts'
export { type DryRunRequest, type DryRunResult, prepareDryRun } from './dry-run.ts'
export { admitPolicyRequest, expectAttestation } from './face/access.ts'
export { listDigests, putPolicy, readText } from './face/broker-face.ts'
export { decodePolicy, POLICY_BODY } from './face/text.ts'
export { findHousePolicy } from './houses.ts'
export { openPolicies, type Policies, type PolicyRuntime } from './open.ts'
export { createScopedRelease } from './release.ts'
export { openPolicyFiles, type PolicyFiles } from './room/folder.ts'
export { createPolicyRoom, type PolicyRoom } from './room/room.ts'
export { DEFAULT_POLICY_ID, RESOURCE_POLICY_ID } from './room/rules.ts'
export type { ActivePolicy, PolicyAuthor, PolicyDraft, PolicyHead, PolicyKind, PolicyVersion } from './types.ts'
