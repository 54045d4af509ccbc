import type { AuditEvent } from '../../audit/index.ts'
import type { PolicyAuthor, PolicyHead, PolicyVersion } from '../types.ts'

/** What was done to a policy. */
export type PolicyChange = 'set' | 'draft' | 'activate' | 'roll back' | 'delete' | 'file'

/** The audit entry of a change. */
export function describePolicyChange(
  { actor, reason, requestId }: PolicyAuthor,
  change: PolicyChange,
  { id, kind }: PolicyHead,
  version?: PolicyVersion,
): AuditEvent {
  return {
    actor,
    action: 'policies.write',
    object: id,
    outcome: 'done',
    reason,
    ...(requestId === undefined ? {} : { requestId }),
    detail: { change, kind, ...(version === undefined ? {} : { version: version.version, sha384: version.hash }) },
  }
}
