/** Evaluating policies over claims of evidence. */
import type { Finding } from '@veritee/evidence/result'
import { type EvaluationLimits, type EvaluationOptions, RegoError, type RuleResult } from '@veritee/rego'
import { AppraisalError } from '../errors.ts'
import { nameTier, summarizeVector, TRUST_ASPECTS, type TrustAspect, type TrustVector } from '../tokens/trust-vector.ts'
import { askReferences, createReferenceData } from './ask-references.ts'
import { compareReferences } from './compare.ts'
import { type AttestationPolicy, nameAspectRule } from './compile.ts'
import { readAllow, readExtensions, readTrustClaim, readTrustClaims } from './result.ts'
import type { PolicyContext, PolicyExtension, PolicyVerdict } from './types.ts'
import { explainRefusal } from './why.ts'

/** A policy gets less than the language allows: it stands between every machine and its keys. */
export const POLICY_LIMITS: Pick<EvaluationLimits, 'steps' | 'memoryBytes' | 'milliseconds'> = {
  steps: 2_000_000,
  memoryBytes: 64 * 1024 * 1024,
  milliseconds: 2000,
}

/**
 * What a policy that only says `allow` is worth in trust claims: whoever wrote it accepts the machine as it is, in all that
 * resource policies commonly ask about.
 */
const ALLOWED_VECTOR: TrustVector = { configuration: 2, executables: 3, 'file-system': 2, hardware: 2 }
const REFUSED_VECTOR: TrustVector = { hardware: 97 }

/**
 * Evaluates a policy on the claims of evidence that was found genuine. A policy with `allow` refuses or allows; one with trust
 * claims grades, and never refuses by itself; one with both does both.
 *
 * A policy that goes through `data.reference` refuses while no reference value is registered, whatever it says: "all of
 * them match" is true of none.
 *
 * Throws AppraisalError APPRAISAL_POLICY_RESULT_INVALID, APPRAISAL_POLICY_EVALUATION_FAILED. Does not verify evidence.
 */
export function evaluateAttestationPolicy(policy: AttestationPolicy, context: PolicyContext): PolicyVerdict {
  const run = startRun(policy, context)
  const allowed = decideAllow(policy, context, run)
  const graded = gradeTrust(policy, run)
  const extensions = readAllExtensions(policy, run)
  const trustVector = graded ?? (allowed ? ALLOWED_VECTOR : REFUSED_VECTOR)
  const status = summarizeVector(trustVector)
  const reasons = allowed && status === 'affirming' ? NO_REASONS : explain(policy, context, run, allowed, trustVector)
  return {
    policyId: policy.id,
    policyHash: policy.hash,
    allowed,
    trustVector,
    status,
    extensions,
    ...reasons,
    missingReferences: [...run.missing].sort(),
    steps: run.steps,
  }
}

interface Run {
  readonly options: EvaluationOptions
  readonly missing: ReadonlySet<string>
  steps: number
  rule(name: string): RuleResult
}

function startRun(policy: AttestationPolicy, { input, references, now, limits, clock }: PolicyContext): Run {
  const { host, missing } = askReferences(references)
  const options: EvaluationOptions = {
    input,
    data: policy.readsReferences ? { reference: createReferenceData(references) } : {},
    host,
    now,
    limits: { ...POLICY_LIMITS, ...limits },
    ...(clock === undefined ? {} : { clock }),
  }
  const run: Run = {
    options,
    missing,
    steps: 0,
    rule(name) {
      const result = evaluateRule(policy, name, options)
      run.steps += result.steps
      return result
    },
  }
  return run
}

function evaluateRule({ id, policy }: AttestationPolicy, name: string, options: EvaluationOptions): RuleResult {
  try {
    return policy.evaluateRule(`data.policy.${name}`, options)
  } catch (cause) {
    if (!(cause instanceof RegoError)) throw cause
    throw new AppraisalError(
      'APPRAISAL_POLICY_EVALUATION_FAILED',
      `The policy ${id} could not be evaluated: ${cause.message}`,
      { cause, details: { path: cause.details.path ?? id, reason: cause.code } },
    )
  }
}

function decideAllow(policy: AttestationPolicy, { references }: PolicyContext, run: Run): boolean {
  if (policy.readsReferences && Object.keys(references.data).length === 0) return false
  if (!policy.hasAllow) return true
  const { defined, value } = run.rule('allow')
  return defined && readAllow(value, policy.id)
}

/** Undefined for a policy that has `allow` alone. Claims that have no value are left out. */
function gradeTrust(policy: AttestationPolicy, run: Run): TrustVector | undefined {
  if (!policy.hasTrustClaims && policy.aspects.length === 0) return undefined
  if (policy.hasTrustClaims) {
    const { defined, value } = run.rule('trust_claims')
    return defined ? readTrustClaims(value, policy.id) : {}
  }
  const vector: { [aspect in TrustAspect]?: number } = {}
  for (const aspect of policy.aspects) {
    const { defined, value } = run.rule(nameAspectRule(aspect))
    if (defined) vector[aspect] = readTrustClaim(value, aspect, policy.id)
  }
  return vector
}

function readAllExtensions({ hasExtensions, id }: AttestationPolicy, run: Run): readonly PolicyExtension[] {
  if (!hasExtensions) return []
  const { defined, value } = run.rule('extensions')
  return defined ? readExtensions(value, id) : []
}

type Explained = Pick<PolicyVerdict, 'findings' | 'explanation'>
const NO_REASONS: Explained = { findings: [], explanation: [] }

function explain(
  policy: AttestationPolicy,
  context: PolicyContext,
  run: Run,
  allowed: boolean,
  vector: TrustVector,
): Explained {
  return allowed ? explainGrades(policy, run, vector) : explainDenial(policy, context, run)
}

function explainDenial(policy: AttestationPolicy, { input, references }: PolicyContext, run: Run): Explained {
  const compared = policy.readsReferences ? compareReferences(input, references) : []
  if (!policy.hasAllow || Object.keys(references.data).length === 0) {
    if (compared.length > 0) return { findings: compared, explanation: [] }
  }
  const { lines, causes } = explainRefusal(policy.policy, 'data.policy.allow', run.options)
  const findings = compared.length > 0 ? compared : causes.map((cause) => refuse(policy.id, cause))
  return {
    findings: findings.length > 0 ? findings : [refuse(policy.id, { path: 'allow', message: '' })],
    explanation: lines,
  }
}

function refuse(id: string, cause: Pick<Finding, 'path' | 'message' | 'expected' | 'actual'>): Finding {
  return {
    code: 'APPRAISAL_POLICY_REFUSED',
    severity: 'error',
    ...cause,
    message: cause.message === '' ? `The policy ${id} does not allow this machine.` : cause.message,
    next: `Make the machine what the policy ${id} expects, or register what it is to be.`,
  }
}

function explainGrades(policy: AttestationPolicy, run: Run, vector: TrustVector): Explained {
  const below = TRUST_ASPECTS.filter((aspect) => {
    const claim = vector[aspect]
    return claim !== undefined && !['affirming', 'none'].includes(nameTier(claim))
  })
  if (Object.keys(vector).length === 0) return { findings: [noClaims(policy.id)], explanation: [] }
  const explanation: string[] = []
  const findings = below.map((aspect): Finding => {
    const rule = nameAspectRule(aspect)
    const own = policy.policy.findRule(`data.policy.${rule}`) !== undefined
    const { lines, causes } = explainRefusal(policy.policy, `data.policy.${own ? rule : 'trust_claims'}`, run.options)
    explanation.push(...lines)
    const [cause] = causes
    const claim = vector[aspect] as number
    const because = cause === undefined ? '' : ` ${cause.message}`
    return {
      code: 'APPRAISAL_POLICY_CLAIM_UNAFFIRMED',
      severity: 'warning',
      path: cause?.path ?? aspect,
      expected: cause?.expected ?? 'a claim from 2 to 31',
      actual: cause?.actual ?? claim,
      message: `The policy ${policy.id} grades ${aspect} with ${claim} (${nameTier(claim)}).${because}`,
      next: 'Register the reference values that the policy asks for, or make the machine what they say.',
    }
  })
  return { findings, explanation }
}

function noClaims(id: string): Finding {
  return {
    code: 'APPRAISAL_POLICY_CLAIM_UNAFFIRMED',
    severity: 'warning',
    path: 'trust_claims',
    expected: 'at least one trust claim',
    actual: 'none',
    message: `The policy ${id} says nothing about this machine.`,
    next: 'Give the policy rules for this kind of evidence.',
  }
}
