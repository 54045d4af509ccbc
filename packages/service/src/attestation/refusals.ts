import type { Judgement } from '@veritee/appraisal/judge'
import type { Finding } from '@veritee/evidence/result'

/** What was found wrong: the findings of severity `error`, and failed checks that no finding speaks of. */
export function listRefusals(judgement: Judgement): Finding[] {
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
