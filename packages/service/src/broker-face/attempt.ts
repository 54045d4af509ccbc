import type { ReceivedAttestation } from '@veritee/broker/handshake'
import { assessEvidence, describeAssessment, describeAttemptOutcome, readInitDataClaims } from '../attestation/index.ts'
import { type HttpContext, noteFacts, readClientAddress } from '../http/index.ts'
import type { JudgedEvidence } from '../tokens/index.ts'
import type { BrokerFaceOptions } from './broker-face.ts'

/**
 * Judges every piece of evidence of an attestation, and puts the attempt on the request: it is written together with the
 * audit entry, whatever comes of it.
 *
 * @throws BrokerError BROKER_EVIDENCE_REFUSED, also where a policy refuses; CollateralError when nothing can be said now
 */
export async function judgeAttempt(
  c: HttpContext,
  attestation: ReceivedAttestation,
  options: Pick<BrokerFaceOptions, 'judge' | 'appraiser' | 'attempts'>,
  now: number,
): Promise<readonly JudgedEvidence[]> {
  const startedAt = performance.now()
  const { tee } = attestation
  const evidence = attestation.evidence.map(({ initData, ...piece }) => ({
    ...piece,
    ...(initData === undefined
      ? {}
      : { initData: { digests: initData.digests, claims: readInitDataClaims(initData.body) } }),
  }))
  const assessment = await assessEvidence({ evidence, policyIds: [], requireFresh: true }, options, now)
  const { judged, failure } = assessment
  const simulated = judged.some(({ judgement }) => judgement.simulated)
  noteFacts(c, { tee, simulated })
  const { attempt, records } = await options.attempts.describe({
    source: 'broker',
    tee,
    ...describeAttemptOutcome(assessment),
    latencyMs: Math.round((performance.now() - startedAt) * 100) / 100,
    client: readClientAddress(c),
    requestId: c.get('requestId'),
    ...describeAssessment(assessment),
  })
  c.set('actor', { kind: 'machine', id: attempt.machine ?? attempt.client })
  c.set('auditDetail', { object: attempt.id, detail: { tee, simulated } })
  c.set('auditRecords', records)
  if (failure !== undefined) throw failure
  return judged
}
