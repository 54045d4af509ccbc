import type { Attempt } from './types.ts'

/** An attempt as a row of a list shows it: its first cause, and nothing of the evidence. */
export type AttemptSummary = Omit<Attempt, 'evidence' | 'input'> & {
  readonly cause?: { readonly code: string; readonly path: string; readonly message: string }
}

/** What a row of a list shows. */
export function summarizeAttempt({ evidence, input: _, ...attempt }: Attempt): AttemptSummary {
  const findings = evidence.flatMap(({ judgement }) => judgement.findings)
  const cause = findings.find(({ severity }) => severity === 'error') ?? findings[0]
  return {
    ...attempt,
    ...(cause === undefined ? {} : { cause: { code: cause.code, path: cause.path, message: cause.message } }),
  }
}
