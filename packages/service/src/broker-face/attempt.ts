import type { ReceivedAttestation } from '@veritee/broker/handshake'
import { isCodedError } from '@veritee/codec/error'
import type { AttemptOutcome } from '../attempts/index.ts'
import { type HttpContext, readClientAddress } from '../http/index.ts'
import type { JudgedEvidence } from '../tokens/index.ts'
import type { BrokerFaceOptions } from './broker-face.ts'
import { requireAccepted } from './verdicts.ts'

/**
 * Judges every piece of evidence of an attestation, and puts the attempt on the request: it is written together with the
 * audit entry, whatever comes of it.
 *
 * @throws BrokerError BROKER_EVIDENCE_REFUSED; CollateralError when nothing can be said now
 */
export async function judgeAttempt(
  c: HttpContext,
  attestation: ReceivedAttestation,
  { judge, attempts }: Pick<BrokerFaceOptions, 'judge' | 'attempts'>,
  now: number,
): Promise<readonly JudgedEvidence[]> {
  const startedAt = performance.now()
  const { tee } = attestation
  let judged: JudgedEvidence[] = []
  let failure: unknown
  try {
    judged = await Promise.all(
      attestation.evidence.map(async (evidence) => ({ evidence, judgement: await judge(evidence, now) })),
    )
    requireAccepted(judged)
  } catch (error) {
    failure = error
  }
  const simulated = judged.some(({ judgement }) => judgement.simulated)
  c.set('log', c.get('log').child({ tee, simulated }))
  const { attempt, records } = await attempts.describe({
    source: 'broker',
    tee,
    ...describeOutcome(judged, failure),
    latencyMs: Math.round((performance.now() - startedAt) * 100) / 100,
    client: readClientAddress(c),
    requestId: c.get('requestId'),
    evidence: judged.map(({ evidence, judgement }) => ({ tee: evidence.tee, judgement })),
  })
  c.set('actor', { kind: 'machine', id: attempt.machine ?? attempt.client })
  c.set('auditDetail', { object: attempt.id, detail: { tee, simulated } })
  c.set('auditRecords', records)
  if (failure !== undefined) throw failure
  return judged
}

function describeOutcome(
  judged: readonly JudgedEvidence[],
  failure: unknown,
): { outcome: AttemptOutcome; code?: string; message?: string } {
  if (failure === undefined) {
    const warned = judged.some(
      ({ judgement }) => judgement.findings.length > 0 || judgement.answers.expected === 'unasked',
    )
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
