/** Questions that this kind of evidence cannot answer are answered with no, never left out. */
import type { Finding } from '@veritee/evidence/result'
import type { JudgeOptions } from './options.ts'
import type { GenuineEvidence } from './verifier.ts'

/** Findings for an event log that has no registers to lead to, and for TCB statuses where the vendor has none. */
export function appraiseUnanswerable(
  tee: string,
  { isLogReplayed, status }: Pick<GenuineEvidence, 'isLogReplayed' | 'status'>,
  { eventLog, expectations }: JudgeOptions,
): Finding[] {
  const statuses = expectations?.tcb?.statuses
  return [
    ...(eventLog === undefined || isLogReplayed
      ? []
      : [
          {
            code: 'APPRAISAL_EVENT_LOG_UNPROVABLE',
            severity: 'error' as const,
            path: `${tee}.eventLog`,
            expected: 'registers that the log leads to',
            actual: 'none',
            message: `Evidence of ${tee} has no registers that an event log could be replayed against.`,
            next: 'Judge this kind of evidence by its launch measurement.',
          },
        ]),
    ...(statuses === undefined || status !== undefined
      ? []
      : [
          {
            code: 'APPRAISAL_TCB_STATUS_ABSENT',
            severity: 'error' as const,
            path: `${tee}.tcb.status`,
            expected: statuses,
            actual: 'none',
            message: `The vendor of ${tee} gives no TCB status.`,
            next: 'Leave tcb.statuses out of the expectations for this kind, and pin the TCB claims instead.',
          },
        ]),
  ]
}
