/** What a policy author should know about a policy that is well-formed. */
import { findIntelClass, isTenantClass } from '../classes.ts'
import type { IntelPolicy, PolicyWarning } from '../types.ts'

/**
 * Points out rules that can never hold, and defaults that apply where the policy says nothing.
 *
 * @param path of the reference in its document
 */
export function reviewPolicy({ classId, reference }: IntelPolicy, path: string): readonly PolicyWarning[] {
  const known = findIntelClass(classId)!
  const warnings: PolicyWarning[] = []
  const warn = (code: string, key: string, message: string, next?: string): void => {
    warnings.push({
      code,
      path: key === '' ? path : `${path}.${key}`,
      message,
      ...(next === undefined ? {} : { next }),
    })
  }
  const has = (key: string): boolean => reference[key] !== undefined
  const isEmpty = Object.keys(reference).every((key) => key.startsWith('#'))
  if (isTenantClass(known) && isEmpty) {
    warn('INTEL_POLICY_PINS_NOTHING', '', 'The policy names nothing that must be so, so any workload satisfies it.')
  }
  if (known.kind === 'td' && !has('tdx_attributes')) {
    warn(
      'INTEL_POLICY_ATTRIBUTES_ABSENT',
      'tdx_attributes',
      'No attributes are named: TDs that are open to their host are refused, all others pass.',
      'Name tdx_attributes, as "0000000010000000" for SEPT_VE_DISABLE alone.',
    )
  }
  if (known.kind === 'enclave' && !(has('sgx_attributes') && has('sgx_attributes_mask'))) {
    warn(
      'INTEL_POLICY_NEVER_HOLDS',
      'sgx_attributes',
      'Attributes and their mask are required for enclaves; without them sgx_attributes_check fails.',
      'Name sgx_attributes and sgx_attributes_mask.',
    )
  }
  if (known.kind === 'platform' || known.kind === 'quoting-enclave') reviewTcb(reference, has, warn)
  return warnings
}

function reviewTcb(
  reference: IntelPolicy['reference'],
  has: (key: string) => boolean,
  warn: (code: string, key: string, message: string, next?: string) => void,
): void {
  const accepted = listStatuses(reference['accepted_tcb_status'])
  const never = (key: string, message: string, next: string): void =>
    warn('INTEL_POLICY_NEVER_HOLDS', key, message, next)
  if (!accepted.includes('uptodate')) {
    never('accepted_tcb_status', 'UpToDate is not accepted, so no platform passes.', 'Add UpToDate.')
  }
  if (has('min_eval_num') && (has('collateral_grace_period') || has('platform_grace_period'))) {
    never('min_eval_num', 'A smallest evaluation number and a grace period exclude each other.', 'Keep one of them.')
  }
  if (has('platform_grace_period')) {
    if (reference['collateral_grace_period'] !== 0) {
      never('platform_grace_period', 'It needs collateral_grace_period 0.', 'Add "collateral_grace_period": 0.')
    }
    if (!accepted.includes('outofdate')) {
      never('platform_grace_period', 'It needs OutOfDate among the accepted statuses.', 'Add OutOfDate.')
    }
  }
  if (!has('collateral_grace_period')) {
    warn(
      'INTEL_POLICY_EXPIRY_UNSTATED',
      'collateral_grace_period',
      'Without it expired collateral is refused here, and Intel’s own engine does not look at expiry at all.',
      'Add "collateral_grace_period": 0 where min_eval_num is not used.',
    )
  }
}

/** Lower case. */
export function listStatuses(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : [value]
  return list.filter((status) => typeof status === 'string').map((status: string) => status.toLowerCase())
}
