import type { ReceivedAttestation } from '@veritee/broker/handshake'
import { type AttemptRuntime, assessAttempt, noteAttempt, readInitDataClaims } from '../attestation/index.ts'
import { type HttpContext, readClientAddress } from '../http/index.ts'
import type { JudgedEvidence } from '../tokens/index.ts'

/**
 * Judges every piece of evidence of an attestation, and puts the attempt on the request: it is written together with the
 * audit entry, whatever comes of it.
 *
 * @throws BrokerError BROKER_EVIDENCE_REFUSED, also where a policy refuses; CollateralError when nothing can be said now
 */
export async function judgeAttempt(
  c: HttpContext,
  attestation: ReceivedAttestation,
  runtime: AttemptRuntime,
  now: number,
): Promise<readonly JudgedEvidence[]> {
  const evidence = attestation.evidence.map(({ initData, ...piece }) => ({
    ...piece,
    ...(initData === undefined
      ? {}
      : { initData: { digests: initData.digests, claims: readInitDataClaims(initData.body) } }),
  }))
  const policyIds = attestation.policy === undefined ? [] : [attestation.policy]
  const request = { evidence, policyIds, requireFresh: true }
  const origin = { source: 'broker', client: readClientAddress(c), requestId: c.get('requestId') } as const
  const attempt = await assessAttempt(request, origin, runtime, now)
  noteAttempt(c, attempt)
  const { judged, failure } = attempt.assessment
  if (failure !== undefined) throw failure
  return judged
}
