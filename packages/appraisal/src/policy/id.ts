import { AppraisalError } from '../errors.ts'

const ID = /^[A-Za-z0-9_-]{1,128}$/

/** Passes an id of a policy through. Throws APPRAISAL_POLICY_ID_INVALID. */
export function checkPolicyId(id: unknown, path: string = 'policy_id'): string {
  if (typeof id === 'string' && ID.test(id)) return id
  throw new AppraisalError('APPRAISAL_POLICY_ID_INVALID', undefined, {
    details: { path, expected: ID.source, actual: typeof id === 'string' ? id.slice(0, 128) : typeof id },
  })
}
