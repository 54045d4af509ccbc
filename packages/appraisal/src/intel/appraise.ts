/** Appraising a verification result against policies, class by class (specification page, section 5.6). */
import { AppraisalError } from '../errors.ts'
import { findIntelClass, type IntelClass } from './classes.ts'
import { findDefaultPolicy } from './policy/write.ts'
import type { AppraisedReport, IntelResult } from './result/types.ts'
import { listRules, type RuleSubject } from './rules/index.ts'
import type { IntelCheck, IntelDifference, IntelPolicy, IntelVerdict, JsonObject, PolicyWarning } from './types.ts'
import type { VerificationReport, VerificationResult } from './verification/document.ts'

/** When and how to appraise. */
export interface AppraiseIntelOptions {
  /** Epoch seconds. */
  readonly now: number
  /** Below 10^15. Default random. */
  readonly nonce?: number
  /** Take the answers of Intel's own engine where they differ. Default false. */
  readonly intelCompatible?: boolean
}

/** The checks of one report. */
export interface ReportAppraisal {
  readonly classId: string
  readonly className: string
  readonly verdict: IntelVerdict
  /** Empty where there is no policy. */
  readonly checks: readonly IntelCheck[]
}

/** An appraisal: the document, and what explains it. */
export interface IntelAppraisal {
  readonly result: IntelResult
  readonly reports: readonly ReportAppraisal[]
  /** Where Intel's own engine answers otherwise, whichever answer was taken. */
  readonly differences: readonly IntelDifference[]
  readonly warnings: readonly PolicyWarning[]
}

const NONCE_BOUND = 1_000_000_000_000_000n
const NANOSECONDS = 1_000_000_000n

/**
 * Appraises every report by the policy of its class. Platform and quoting enclave without a policy get the built-in strict
 * one; an enclave or TD without a policy gets the verdict -1. Policies for classes that have no report are named in the
 * warnings, because they judged nothing.
 *
 * Throws INTEL_POLICY_CLASS_DUPLICATE for two policies of one class. Not checked: who signed the policies; see
 * `authenticateResult` and `authenticatePolicyOwners`.
 */
export function appraiseIntel(
  verification: VerificationResult,
  policies: readonly IntelPolicy[],
  options: AppraiseIntelOptions,
): IntelAppraisal {
  const { now, intelCompatible = false, nonce = createNonce() } = options
  expectOneEach(policies)
  const differences: IntelDifference[] = []
  const appraised: AppraisedReport[] = []
  const reports: ReportAppraisal[] = []
  for (const report of verification.reports) {
    const known = findIntelClass(report.classId)!
    const policy = policies.find(({ classId }) => classId === report.classId) ?? findDefaultPolicy(report.classId)
    const checks =
      policy === undefined ? [] : checkReport(known, policy.reference, report.measurement, now, intelCompatible)
    const verdict = policy === undefined ? -1 : checks.every(({ result }) => result === 'pass') ? 1 : 0
    differences.push(...findDifferences(known, policy, report.measurement, now))
    reports.push({ classId: known.id, className: known.name, verdict, checks })
    appraised.push(createAppraisedReport(report, policy, verdict, checks))
  }
  return {
    result: {
      overall: combine(reports.map(({ verdict }) => verdict)),
      checkDate: BigInt(now) * NANOSECONDS,
      nonce: BigInt(nonce),
      ...(verification.quoteHash === undefined ? {} : { quoteHashes: [verification.quoteHash] }),
      ...(verification.userData === undefined ? {} : { userData: verification.userData }),
      reports: appraised,
      certificationData: verification.reports.flatMap(({ certificationData }) =>
        certificationData === undefined ? [] : [certificationData],
      ),
      simulated: verification.simulated,
    },
    reports,
    differences,
    warnings: findUnused(verification, policies),
  }
}

/**
 * The checks of one report under one policy, each with what was expected and what came. They can be made again from a
 * result, which carries both.
 */
export function checkReport(
  known: IntelClass,
  reference: JsonObject,
  measurement: JsonObject,
  now: number,
  intelCompatible = false,
): readonly IntelCheck[] {
  const subject: RuleSubject = { reference, measurement, now }
  return listRules(known.kind).map(({ name, meaning, keys, evaluate }) => {
    const { passed, expected, actual, original = passed } = evaluate(subject)
    const accepted = intelCompatible ? original : passed
    return {
      id: name,
      result: accepted ? 'pass' : 'fail',
      classId: known.id,
      meaning,
      keys,
      original,
      ...(expected === undefined ? {} : { expected }),
      ...(actual === undefined ? {} : { actual }),
      ...(accepted
        ? {}
        : {
            code: `INTEL_${name.toUpperCase()}_FAILED`,
            message: `${known.name}: not so: ${meaning}`,
            next: `Compare the report with ${keys.join(', ')} of the policy; correct the machine, or the policy if it is wrong.`,
          }),
    }
  })
}

function findDifferences(
  known: IntelClass,
  policy: IntelPolicy | undefined,
  measurement: JsonObject,
  now: number,
): readonly IntelDifference[] {
  if (policy === undefined) return []
  const subject: RuleSubject = { reference: policy.reference, measurement, now }
  return listRules(known.kind).flatMap(({ name, evaluate }) => {
    const { passed, original = passed, difference = '' } = evaluate(subject)
    if (original === passed) return []
    return [{ path: `${known.id}.${name}`, ours: passed, original, message: difference }]
  })
}

function createAppraisedReport(
  { environment, measurement }: VerificationReport,
  policy: IntelPolicy | undefined,
  verdict: IntelVerdict,
  checks: readonly IntelCheck[],
): AppraisedReport {
  const report = { environment, measurement }
  if (policy === undefined) return { verdict, report }
  const detailed = Object.fromEntries(checks.map(({ id, result }) => [id, result === 'pass']))
  return { verdict, report, policy, detailed: [detailed] }
}

/** 1 if all passed; else 0 if any failed; else -1. */
function combine(verdicts: readonly IntelVerdict[]): IntelVerdict {
  if (verdicts.includes(0)) return 0
  return verdicts.length > 0 && verdicts.every((verdict) => verdict === 1) ? 1 : -1
}

function expectOneEach(policies: readonly IntelPolicy[]): void {
  for (const [index, { classId }] of policies.entries()) {
    if (policies.findIndex((policy) => policy.classId === classId) === index) continue
    throw new AppraisalError('INTEL_POLICY_CLASS_DUPLICATE', undefined, {
      details: { path: `policies.${index}.environment.class_id`, expected: 'another class', actual: classId },
    })
  }
}

function findUnused({ reports }: VerificationResult, policies: readonly IntelPolicy[]): readonly PolicyWarning[] {
  return policies.flatMap(({ classId }, index) => {
    if (reports.some((report) => report.classId === classId)) return []
    const name = findIntelClass(classId)?.name ?? classId
    return [
      {
        code: 'INTEL_POLICY_CLASS_ABSENT',
        path: `policies.${index}.environment.class_id`,
        message: `The policy for ${name} judged nothing: the quote has no report of that class.`,
        next: 'Check that it is the policy for this kind of machine.',
      },
    ]
  })
}

function createNonce(): number {
  const [value] = crypto.getRandomValues(new BigUint64Array(1))
  return Number(value! % NONCE_BOUND)
}
