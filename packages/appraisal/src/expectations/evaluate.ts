/** Comparing genuine evidence with what an operator expects. */
import { decodeHex } from '@veritee/codec/bytes'
import { findNearest } from '@veritee/codec/nearest'
import type { Claims, Finding } from '@veritee/evidence/result'
import { findClaims, listClaimPaths } from './claim-path.ts'
import type { ClaimExpectation, ClaimRule, ClaimValue, Expectations, TcbExpectation } from './types.ts'

/** What the evidence is, as far as expectations look at it. */
export interface ExpectationSubject {
  readonly tee: string
  readonly claims: Claims
  readonly tcb?: {
    readonly status: string
    /** Epoch seconds. */
    readonly dateAt: number
    readonly advisories: readonly string[]
    readonly evaluationNumber?: number
  }
}

/**
 * Compares evidence with expectations: a finding of severity `error` for everything that differs, none if all hold. The
 * statuses and allowances are not looked at here: they go into the acceptance rules.
 */
export function appraiseExpectations(subject: ExpectationSubject, expectations: Expectations): Finding[] {
  return [
    ...appraiseTee(subject, expectations.tees),
    ...expectations.claims.flatMap((expectation) => appraiseClaim(subject.claims, expectation)),
    ...appraiseTcb(subject, expectations.tcb ?? {}),
    ...warnUnpinned(expectations),
  ]
}

function appraiseTee({ tee }: ExpectationSubject, tees: readonly string[] | undefined): Finding[] {
  if (tees === undefined || tees.includes(tee)) return []
  return [
    refuse('APPRAISAL_TEE_UNEXPECTED', 'tee', tees, tee, {
      message: `The evidence is of ${tee}, and only ${tees.join(', ')} is expected.`,
      next: 'Attest in the kind of machine that is expected, or expect this one.',
    }),
  ]
}

function appraiseClaim(claims: Claims, { path, rule }: ClaimExpectation): Finding[] {
  const found = findClaims(claims, path)
  const expected = describeRule(rule)
  if (found.length !== 1) {
    const nearest = found.length === 0 ? findNearest(path, listClaimPaths(claims)) : undefined
    return [
      refuse('APPRAISAL_CLAIM_MISSING', path, expected, found.length === 0 ? 'absent' : 'ambiguous', {
        message:
          found.length === 0 ? `The evidence has no claim ${path}.` : `The path ${path} leads to several claims.`,
        next:
          nearest === undefined
            ? 'List the claims with `veritee inspect`, and pin one that this kind of evidence has.'
            : `Did you mean ${nearest}?`,
      }),
    ]
  }
  const [actual] = found
  if (holds(rule, actual)) return []
  return [
    refuse('APPRAISAL_CLAIM_MISMATCH', path, expected, actual, {
      message: `The claim ${path} is not what is expected.`,
      next: 'If this machine is the one you mean, pin its value; if not, find out what it runs.',
    }),
  ]
}

function holds(rule: ClaimRule, actual: unknown): boolean {
  switch (rule.kind) {
    case 'one-of':
      return rule.values.some((value) => isSame(value, actual))
    case 'masked':
      return typeof actual === 'string' && isSameMasked(rule.value, rule.mask, actual)
    case 'range':
      // Texts are never counted: most are hexadecimal, and some of them are little-endian.
      return (
        typeof actual === 'number' &&
        actual >= (rule.minimum ?? Number.NEGATIVE_INFINITY) &&
        actual <= (rule.maximum ?? Number.POSITIVE_INFINITY)
      )
  }
}

/** Same type and value; hexadecimal in either case; a number also equals its decimal text, as some services print it. */
function isSame(expected: ClaimValue, actual: unknown): boolean {
  if (expected === actual) return true
  if (typeof actual !== 'string') return false
  if (typeof expected !== 'string') return String(expected) === actual
  return isHex(expected) && isHex(actual) && expected.toLowerCase() === actual.toLowerCase()
}

function isSameMasked(value: string, mask: string, actual: string): boolean {
  if (!isHex(actual) || actual.length !== value.length) return false
  const [bits, wanted, given] = [decodeHex(mask), decodeHex(value), decodeHex(actual)]
  return bits.every((bit, i) => ((wanted[i]! ^ given[i]!) & bit) === 0)
}

function isHex(text: string): boolean {
  return /^(?:[0-9a-f]{2})+$/i.test(text)
}

function appraiseTcb({ tcb, tee }: ExpectationSubject, expectation: TcbExpectation): Finding[] {
  const { minimumDateAt, minimumEvaluationNumber, allowedAdvisories } = expectation
  const findings: Finding[] = []
  if (minimumDateAt !== undefined && !(tcb !== undefined && tcb.dateAt >= minimumDateAt)) {
    findings.push(
      refuse(
        'APPRAISAL_TCB_DATE_TOO_OLD',
        `${tee}.tcb.date`,
        `${day(minimumDateAt)} or later`,
        tcb && day(tcb.dateAt),
        {
          message: 'The platform is at an older TCB level than is expected.',
          next: 'Update the firmware of the platform, or lower tcb.minimum_date.',
        },
      ),
    )
  }
  if (minimumEvaluationNumber !== undefined && !((tcb?.evaluationNumber ?? -1) >= minimumEvaluationNumber)) {
    const path = `${tee}.tcb.evaluationNumber`
    findings.push(
      refuse('APPRAISAL_TCB_EVALUATION_TOO_OLD', path, `${minimumEvaluationNumber} or later`, tcb?.evaluationNumber, {
        message: 'The collateral is of an older TCB evaluation than is expected.',
        next: 'Fetch newer collateral, or lower tcb.minimum_evaluation_number.',
      }),
    )
  }
  if (allowedAdvisories !== undefined) {
    const others = tcb === undefined ? ['unknown'] : tcb.advisories.filter((id) => !allowedAdvisories.includes(id))
    if (others.length > 0) {
      findings.push(
        refuse('APPRAISAL_ADVISORY_UNEXPECTED', `${tee}.tcb.advisories`, allowedAdvisories, others, {
          message: `The platform is concerned by ${others.join(', ')}.`,
          next: 'Mitigate the advisories, or add them to tcb.allowed_advisories.',
        }),
      )
    }
  }
  return findings
}

/** Registers and digests by which software is told apart. */
const MEASUREMENT = /(?:^|\.)(?:mr_td|rtmr_?\d|mr_enclave|mr_signer|mr_config_id|measurement|measure|pcrs?\d*)(?:\.|$)/

function warnUnpinned({ claims }: Expectations): Finding[] {
  if (claims.some(({ path }) => MEASUREMENT.test(path))) return []
  return [
    {
      code: 'APPRAISAL_MEASUREMENT_UNPINNED',
      severity: 'warning',
      path: 'claims',
      message: 'No measurement is pinned, so any software on such a platform passes.',
      next: 'Pin the measurements of the software, such as tdx.quote.body.mr_td and the RTMRs, or sgx.body.mr_enclave.',
    },
  ]
}

function describeRule(rule: ClaimRule): unknown {
  switch (rule.kind) {
    case 'one-of':
      return rule.values.length === 1 ? rule.values[0] : rule.values
    case 'masked':
      return { value: rule.value, mask: rule.mask }
    case 'range': {
      const { kind: _, ...bounds } = rule
      return bounds
    }
  }
}

function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10)
}

function refuse(
  code: string,
  path: string,
  expected: unknown,
  actual: unknown,
  { message, next }: { message: string; next: string },
): Finding {
  return { code, severity: 'error', path, expected, actual, message, next }
}
