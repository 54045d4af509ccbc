/** An attestation from its evidence to what is recorded of it: what both ways to a token share. */
import type { AttemptRoom } from '../attempts/index.ts'
import type { AuditActor } from '../audit/index.ts'
import type { StoreEntry } from '../store/index.ts'
import {
  type Assessment,
  type AssessmentRequest,
  type Assessors,
  assessEvidence,
  describeAssessment,
} from './assessment.ts'
import { describeAttemptOutcome } from './outcome.ts'

/** Where an attestation came from. */
export interface AttemptOrigin {
  /** Which face took it. */
  readonly source: 'broker' | 'attestation-api'
  /** Address of who asked. */
  readonly client: string
  readonly requestId: string
}

/** An attestation that was assessed, with what belongs into the audit log about it. */
export interface AssessedAttempt {
  readonly assessment: Assessment
  readonly tee: string
  readonly simulated: boolean
  readonly actor: AuditActor
  /** What the audit entry names and says. */
  readonly audit: { readonly object: string; readonly detail: { readonly tee: string; readonly simulated: boolean } }
  /** Written together with the audit entry. */
  readonly records: readonly StoreEntry[]
}

export interface AttemptRuntime extends Assessors {
  readonly attempts: Pick<AttemptRoom, 'describe'>
}

/** Assesses evidence and makes the records of the attempt, whatever comes of it. */
export async function assessAttempt(
  request: AssessmentRequest,
  origin: AttemptOrigin,
  runtime: AttemptRuntime,
  now: number,
): Promise<AssessedAttempt> {
  const startedAt = performance.now()
  const assessment = await assessEvidence(request, runtime, now)
  const tee = request.evidence[0]?.tee ?? ''
  const simulated = assessment.judged.some(({ judgement }) => judgement.simulated)
  const { attempt, records } = await runtime.attempts.describe({
    ...origin,
    tee,
    ...describeAttemptOutcome(assessment),
    latencyMs: Math.round((performance.now() - startedAt) * 100) / 100,
    ...describeAssessment(assessment),
  })
  return {
    assessment,
    tee,
    simulated,
    actor: { kind: 'machine', id: attempt.machine ?? attempt.client },
    audit: { object: attempt.id, detail: { tee, simulated } },
    records,
  }
}
