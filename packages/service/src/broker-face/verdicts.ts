import type { Judgement } from '@veritee/appraisal/judge'
import { BrokerError } from '@veritee/broker'
import type { ResourcePolicy } from '@veritee/broker/resources'
import type { Claims, Finding } from '@veritee/evidence/result'
import type { JudgedEvidence } from '../tokens/index.ts'

/**
 * Passes when every piece of evidence was accepted and is fresh.
 *
 * @throws BrokerError BROKER_EVIDENCE_REFUSED with every finding, and the whole judgement of the first piece refused
 */
export function requireAccepted(judged: readonly JudgedEvidence[]): void {
  const refused = judged.filter(({ judgement }) => !judgement.accepted || judgement.answers.fresh !== 'yes')
  const [first] = refused
  if (first === undefined) return
  const findings = refused.flatMap(({ judgement }) => listFindings(judgement))
  const [cause] = findings
  throw new BrokerError(
    'BROKER_EVIDENCE_REFUSED',
    `The evidence was refused: ${cause?.message ?? 'it is not fresh.'}`,
    {
      details: {
        ...(cause === undefined ? {} : { path: cause.path, expected: cause.expected, actual: cause.actual }),
        tee: first.evidence.tee,
        findings,
        judgement: first.judgement,
      },
    },
  )
}

/**
 * Passes when the policy releases a resource to whoever has these claims.
 *
 * @param name `repository/type/tag`
 * @throws BrokerError BROKER_RESOURCE_DENIED with the findings of the policy
 */
export async function requireRelease(policy: ResourcePolicy, name: string, claims: Claims): Promise<void> {
  const { allowed, findings } = await policy.decide({
    claims,
    plugin: 'resource',
    segments: name.split('/'),
    query: {},
  })
  if (allowed) return
  const [cause] = findings
  throw new BrokerError('BROKER_RESOURCE_DENIED', undefined, {
    details: {
      ...(cause === undefined ? {} : { path: cause.path, expected: cause.expected, actual: cause.actual }),
      findings,
      policy: policy.id,
    },
  })
}

/** What was found wrong: the findings of severity `error`, and failed checks that no finding speaks of. */
function listFindings(judgement: Judgement): Finding[] {
  const findings = judgement.findings.filter((finding) => finding.severity === 'error')
  const told = new Set(findings.map((finding) => finding.code))
  const failed = judgement.checks
    .filter((check) => check.result === 'fail' && !told.has(check.code ?? check.id))
    .map(
      (check): Finding => ({
        code: check.code ?? check.id,
        severity: 'error',
        path: check.id,
        ...(check.expected === undefined ? {} : { expected: check.expected }),
        ...(check.actual === undefined ? {} : { actual: check.actual }),
        message: check.message ?? `The check ${check.id} failed.`,
        ...(check.next === undefined ? {} : { next: check.next }),
      }),
    )
  return [...failed, ...findings]
}
