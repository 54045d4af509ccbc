/** Do the policies of a result belong to people its reader knows? (specification page, section 5.7) */
import type { PublicKey } from '@veritee/codec/signature'
import { AppraisalError } from '../../errors.ts'
import { findIntelClass } from '../classes.ts'
import type { IntelResult } from '../result/types.ts'
import { isSameIntelKey, nameIntelKey } from '../token/signer.ts'

/** The owner of one policy. */
export interface PolicyOwner {
  readonly classId: string
  readonly className: string
  /** Shown to people. */
  readonly key: string
  readonly known: boolean
}

/** What was found about the owners. */
export interface OwnerAuthentication {
  /** `incomplete` where a policy is signed by a key that is not among the given ones. */
  readonly status: 'success' | 'incomplete'
  readonly owners: readonly PolicyOwner[]
}

/**
 * Looks whether every signed policy of a result is signed by one of the given keys. Unsigned ones, which are the built-in
 * policies, have no owner.
 *
 * Throws INTEL_POLICY_OWNER_NONE where no policy is signed. Not checked: that a signature in the result is genuine, which
 * only holding the token of the policy against it can show: `authenticateResult`.
 */
export function authenticatePolicyOwners({ reports }: IntelResult, keys: readonly PublicKey[]): OwnerAuthentication {
  const owners: PolicyOwner[] = reports.flatMap(({ policy }) => {
    if (policy?.signingKey === undefined) return []
    const { classId, signingKey } = policy
    const known = keys.some((key) => isSameIntelKey(signingKey, key))
    return [{ classId, className: findIntelClass(classId)?.name ?? classId, key: nameIntelKey(signingKey), known }]
  })
  if (owners.length === 0) {
    throw new AppraisalError('INTEL_POLICY_OWNER_NONE', undefined, {
      details: { path: 'appraised_reports', expected: 'a signed policy', actual: 'none' },
    })
  }
  return { status: owners.every(({ known }) => known) ? 'success' : 'incomplete', owners }
}
