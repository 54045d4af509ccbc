/** Why a rule did not come out as wished, in findings and in lines. */
import type { Finding } from '@veritee/evidence/result'
import type { EvaluationOptions, Policy } from '@veritee/rego'
import { RegoError } from '@veritee/rego'
import {
  type ExplainedValue,
  type Explanation,
  explainRule,
  explanationLines,
  type FailedExpression,
} from '@veritee/rego/explain'

const MAX_LINES = 60
const MAX_CAUSES = 8

/** An explanation, and the sentences that name a claim and what it was compared with. */
export interface Reasons {
  readonly lines: readonly string[]
  readonly causes: readonly Pick<Finding, 'path' | 'expected' | 'actual' | 'message'>[]
}

/** Explains a rule that did not hold; whatever stops the explanation leaves it empty. */
export function explainRefusal(policy: Policy, rule: string, options: EvaluationOptions): Reasons {
  try {
    const explanation = explainRule(policy, rule, options)
    const causes = [...collectCauses(explanation)].slice(0, MAX_CAUSES)
    return { lines: explanationLines(explanation).slice(0, MAX_LINES), causes }
  } catch (error) {
    // An explanation costs more than the evaluation did, and may meet a limit that the latter did not.
    if (error instanceof RegoError) return { lines: [], causes: [] }
    throw error
  }
}

function* collectCauses({ branches }: Explanation): Generator<Reasons['causes'][number]> {
  for (const { failed } of branches) if (failed !== undefined) yield* causesOf(failed)
}

function* causesOf({ samples, inner, because, location }: FailedExpression): Generator<Reasons['causes'][number]> {
  for (const sample of samples.slice(0, 1)) {
    const claim = sample.find(({ text }) => /^input\b/.test(text))
    const asked = sample.find(({ text }) => text.startsWith('query_reference_value('))
    if (claim !== undefined) yield describeCause(claim, asked, `${location.row}:${location.column}`)
  }
  for (const expression of inner) yield* causesOf(expression)
  for (const explanation of because) yield* collectCauses(explanation)
}

function describeCause(
  claim: ExplainedValue,
  asked: ExplainedValue | undefined,
  place: string,
): Reasons['causes'][number] {
  const is = claim.defined ? `is ${shorten(claim.value)}` : 'is not claimed'
  const name = asked === undefined ? undefined : /^query_reference_value\("(.*)"\)$/.exec(asked.text)?.[1]
  const against =
    asked === undefined
      ? `, which the policy does not accept (row ${place})`
      : asked.value === null || !asked.defined
        ? ` and no reference value named ${name ?? 'so'} is registered`
        : ` and no reference value named ${name ?? 'so'} matches`
  return {
    path: claim.text,
    ...(asked === undefined ? {} : { expected: asked.value }),
    actual: claim.defined ? claim.value : 'absent',
    message: `\`${claim.text}\` ${is}${against}.`,
  }
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length > 160 ? `${text.slice(0, 160)}…` : text
}
