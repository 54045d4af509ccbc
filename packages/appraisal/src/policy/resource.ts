/** Evaluating policies over claims of tokens: whether a resource is released. */
import type { Claims, Finding } from '@veritee/evidence/result'
import { type EvaluationOptions, RegoError } from '@veritee/rego'
import { AppraisalError } from '../errors.ts'
import type { ResourceRules } from './compile.ts'
import { POLICY_LIMITS } from './evaluate.ts'
import { explainRefusal } from './why.ts'

/** What a resource policy is asked. */
export interface ResourceQuestion {
  /** All claims of the verified token. */
  readonly claims: Claims
  readonly plugin: string
  /** Segments behind the plugin. */
  readonly segments: readonly string[]
  readonly query: Readonly<Record<string, string>>
  /** Epoch seconds. */
  readonly now: number
  readonly clock?: () => number
}

/** A decision, and why it is no. */
export interface ResourceVerdict {
  readonly allowed: boolean
  readonly findings: readonly Finding[]
  readonly explanation: readonly string[]
}

const RULE = 'data.policy.allow'

/**
 * Asks a resource policy. Everything but `allow` being true is no, also a missing or malformed value.
 *
 * Throws AppraisalError APPRAISAL_POLICY_EVALUATION_FAILED.
 */
export function evaluateResourcePolicy(rules: ResourceRules, question: ResourceQuestion): ResourceVerdict {
  const { claims, now, clock } = question
  const options: EvaluationOptions = {
    input: claims,
    data: createResourceData(rules, question),
    host: { query_reference_value: () => null, query_artifact_server: () => false },
    now,
    limits: POLICY_LIMITS,
    ...(clock === undefined ? {} : { clock }),
  }
  if (evaluate(rules, options)) return { allowed: true, findings: [], explanation: [] }
  const { lines, causes } = explainRefusal(rules.policy, RULE, options)
  const [cause] = causes
  return {
    allowed: false,
    explanation: lines,
    findings: [
      {
        code: 'APPRAISAL_RESOURCE_POLICY_DENIED',
        severity: 'error',
        path: cause?.path ?? 'allow',
        expected: cause?.expected ?? true,
        actual: cause?.actual ?? false,
        message: cause?.message ?? `The resource policy ${rules.id} does not allow it.`,
        next: `Compare the claims of the token with the resource policy ${rules.id}.`,
      },
    ],
  }
}

function evaluate({ id, policy }: ResourceRules, options: EvaluationOptions): boolean {
  try {
    return policy.evaluateRule(RULE, options).value === true
  } catch (cause) {
    if (!(cause instanceof RegoError)) throw cause
    throw new AppraisalError(
      'APPRAISAL_POLICY_EVALUATION_FAILED',
      `The resource policy ${id} could not be evaluated: ${cause.message}`,
      { cause, details: { path: cause.details.path ?? id, reason: cause.code } },
    )
  }
}

function createResourceData({ shape }: ResourceRules, { plugin, segments, query }: ResourceQuestion): object {
  if (shape === 'text') return { 'resource-path': [plugin, ...segments].join('/') }
  return { plugin, 'resource-path': segments, query }
}
