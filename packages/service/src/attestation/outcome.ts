import { isCodedError } from '@veritee/codec/error'
import type { AttemptOutcome } from '../attempts/index.ts'
import type { Assessment } from './assessment.ts'

/** What an attempt came to, and the cause of a refusal. */
export function describeAttemptOutcome({ judged, failure }: Assessment): {
  outcome: AttemptOutcome
  code?: string
  message?: string
} {
  if (failure === undefined) {
    const warned = judged.some((piece) => {
      const { judgement, verdicts = [] } = piece
      const unpinned = verdicts.length === 0 && judgement.answers.expected === 'unasked'
      return judgement.findings.length > 0 || unpinned || verdicts.some(({ status }) => status !== 'affirming')
    })
    return { outcome: warned ? 'warned' : 'accepted' }
  }
  if (!isCodedError(failure)) return { outcome: 'unavailable', code: 'SERVICE_INTERNAL' }
  const [cause] = (failure.details['findings'] ?? []) as readonly { code: string; message: string }[]
  return {
    outcome: failure.status < 500 ? 'refused' : 'unavailable',
    code: cause?.code ?? failure.code,
    message: cause?.message ?? failure.message,
  }
}
