/** Was a result made under the policies its reader knows? (specification page, section 5.7) */
import { INTEL_CLASSES } from '@veritee/evidence/dcap/claims'
import { AppraisalError } from '../../errors.ts'
import { findIntelClass } from '../classes.ts'
import { DEFAULT_POLICY_DESCRIPTION, isDefaultPolicy } from '../policy/write.ts'
import type { IntelResult } from '../result/types.ts'
import type { VerifiedPolicyToken } from '../token/policy-token.ts'
import { isSameIntelKey } from '../token/signer.ts'
import type { IntelDifference, IntelPolicy } from '../types.ts'
import { hashQuote } from '../verification/document.ts'

/** `incomplete` where not every class that the evidence has was accounted for. */
export type AuthenticationStatus = 'success' | 'failure' | 'incomplete'

/** How one class came out. */
export interface ClassAuthentication {
  readonly classId: string
  readonly className: string
  /**
   * `authenticated` by one of the given policies, `default` for the built-in one, `failed` where the result was made under
   * another policy than the one given for it, `unused` for a given policy whose class the result does not have.
   */
  readonly outcome: 'authenticated' | 'default' | 'failed' | 'unused'
  readonly message: string
}

/** What authentication found. */
export interface ResultAuthentication {
  readonly status: AuthenticationStatus
  readonly classes: readonly ClassAuthentication[]
  /** Where Intel's own library comes to another outcome. */
  readonly differences: readonly IntelDifference[]
}

export interface AuthenticationOptions {
  /** The quote as received: the result must be about it. */
  readonly quote?: Uint8Array
  /** Take the outcome of Intel's own library where it differs. Default false. */
  readonly intelCompatible?: boolean
}

/** The classes that evidence of each kind has: all of one row must be accounted for. */
const COMPLETE: readonly (readonly string[])[] = [
  [INTEL_CLASSES.sgxEnclave, INTEL_CLASSES.sgxPlatform],
  [INTEL_CLASSES.tdx10Application, INTEL_CLASSES.tdx10Platform, INTEL_CLASSES.tdxQuotingEnclave],
  [INTEL_CLASSES.tdx15Application, INTEL_CLASSES.tdx15Platform, INTEL_CLASSES.tdxQuotingEnclave],
]

/**
 * Holds the policies that a result was made under against those its reader knows: same signature, same key. Where the
 * built-in policy applied, it must be that, unsigned and value for value.
 *
 * It does **not** look at `overall`: a result can be authentic and say no. Nor at who signed the token: `verifyResultToken`.
 *
 * Throws INTEL_RESULT_QUOTE_*, INTEL_RESULT_CLASS_DUPLICATE.
 */
export function authenticateResult(
  result: IntelResult,
  tokens: readonly VerifiedPolicyToken[],
  { quote, intelCompatible = false }: AuthenticationOptions = {},
): ResultAuthentication {
  const differences: IntelDifference[] = []
  if (quote !== undefined) expectQuote(result, quote, intelCompatible, differences)
  const classes = tokens.flatMap(({ policies }) => policies.map((policy) => authenticateClass(result, policy)))
  for (const { policy } of result.reports) {
    if (policy === undefined || classes.some(({ classId }) => classId === policy.classId)) continue
    const isDefault = isDefaultPolicy(policy)
    const isOriginalDefault = policy.environment['description'] === DEFAULT_POLICY_DESCRIPTION
    const className = findIntelClass(policy.classId)?.name ?? policy.classId
    if (isDefault !== isOriginalDefault) {
      differences.push({
        path: `${policy.classId}.policy`,
        ours: isDefault,
        original: isOriginalDefault,
        message: 'The original takes any policy with the description of the built-in one for it, signed ones included.',
      })
    }
    if (intelCompatible ? isOriginalDefault : isDefault) {
      classes.push({
        classId: policy.classId,
        className,
        outcome: 'default',
        message: `${className} was judged by the built-in policy.`,
      })
    }
  }
  return { status: conclude(classes), classes, differences }
}

function authenticateClass(result: IntelResult, policy: IntelPolicy): ClassAuthentication {
  const { classId } = policy
  const className = findIntelClass(classId)?.name ?? classId
  const found = result.reports.filter((report) => report.policy?.classId === classId)
  if (found.length > 1) {
    throw new AppraisalError('INTEL_RESULT_CLASS_DUPLICATE', undefined, {
      details: { path: 'appraised_reports', expected: 'one report for each class', actual: classId },
    })
  }
  const used = found[0]?.policy
  if (used === undefined) {
    return { classId, className, outcome: 'unused', message: `The result has no report of ${className}.` }
  }
  const { signature, signingKey } = policy
  const isSame =
    used.signature !== undefined &&
    used.signingKey !== undefined &&
    signingKey !== undefined &&
    used.signature === signature &&
    isSameIntelKey(used.signingKey, signingKey)
  const message = isSame
    ? `${className} was judged by the policy given.`
    : `${className} was judged by another policy than the one given.`
  return { classId, className, outcome: isSame ? 'authenticated' : 'failed', message }
}

function conclude(classes: readonly ClassAuthentication[]): AuthenticationStatus {
  if (classes.some(({ outcome }) => outcome === 'failed')) return 'failure'
  const good = classes.filter(({ outcome }) => outcome === 'authenticated' || outcome === 'default')
  const isComplete = COMPLETE.some((row) => row.every((id) => good.some(({ classId }) => classId === id)))
  return isComplete ? 'success' : 'incomplete'
}

function expectQuote(
  { quoteHashes = [] }: IntelResult,
  quote: Uint8Array,
  intelCompatible: boolean,
  differences: IntelDifference[],
): void {
  const expected = hashQuote(quote).quote_hash
  const hash = quoteHashes.find(({ algo }) => algo.toUpperCase().replace('-', '') === 'SHA384')
  if (hash === undefined) {
    throw new AppraisalError('INTEL_RESULT_QUOTE_UNBOUND', undefined, {
      details: { path: 'quote_hash', expected, actual: 'absent' },
    })
  }
  if (hash.quote_hash.toUpperCase() === expected) return
  const details = { path: 'quote_hash', expected, actual: hash.quote_hash, byteOrder: 'intel' }
  if (!intelCompatible) throw new AppraisalError('INTEL_RESULT_QUOTE_MISMATCH', undefined, { details })
  const message = 'The original compares the quote with the result and then drops the outcome.'
  differences.push({ path: 'quote_hash', ours: false, original: true, message })
}
