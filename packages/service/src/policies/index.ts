/** Policies of the service: versions, texts in force, what they say about evidence and which secrets they release. */
export {
  type Appraisal,
  type AppraisedEvidence,
  createPolicyAppraiser,
  type PolicyAppraiser,
  type PolicyAppraiserOptions,
} from './appraiser.ts'
export { type DryRunRequest, type DryRunResult, runDry } from './dry-run.ts'
export { admitPolicyRequest } from './face/access.ts'
export { listDigests, putPolicy, readText } from './face/broker-face.ts'
export { POLICY_BODY } from './face/text.ts'
export { openPolicyFiles, type PolicyFiles } from './folder.ts'
export { openPolicies, type Policies, type PolicyRuntime } from './open.ts'
export { createScopedRelease } from './release.ts'
export { createPolicyRoom, DEFAULT_POLICY_ID, type PolicyRoom, RESOURCE_POLICY_ID } from './room.ts'
export type { ActivePolicy, PolicyDraft, PolicyHead, PolicyKind, PolicyVersion } from './types.ts'
