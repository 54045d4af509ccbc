/** Evidence judged, and the policies asked about it: what both ways to a token share. */
import { type Judgement, pairJudgements } from '@veritee/appraisal/judge'
import { BrokerError } from '@veritee/broker'
import type { Finding } from '@veritee/evidence/result'
import type { AttemptReport } from '../attempts/index.ts'
import { listRefusals } from './refusals.ts'
import type { JudgedEvidence, JudgeRequest, PolicyAppraiser } from './types.ts'

/** What judges and what appraises. */
export interface Assessors {
  readonly judge: (evidence: JudgeRequest, now: number) => Promise<Judgement>
  readonly appraiser: Pick<PolicyAppraiser, 'appraise'>
}

export interface AssessmentRequest {
  readonly evidence: readonly JudgeRequest[]
  /** Attestation policies to ask; `default` where none is named. */
  readonly policyIds: readonly string[]
  /** Whether evidence that answers no question is refused. */
  readonly requireFresh: boolean
}

/** As far as it came: `failure` says what ended it. */
export interface Assessment {
  readonly judged: readonly JudgedEvidence[]
  /** Policies that were asked, as `id@version`. */
  readonly asked: readonly string[]
  readonly failure?: unknown
}

/** Judges every piece of evidence, then asks the policies. Throws nothing: what went wrong is in `failure`. */
export async function assessEvidence(
  { evidence, policyIds, requireFresh }: AssessmentRequest,
  { judge, appraiser }: Assessors,
  now: number,
): Promise<Assessment> {
  let judged: readonly JudgedEvidence[] = []
  let asked: readonly string[] = []
  try {
    const pieces = evidence.map(async (piece) => ({ ...piece, judgement: await judge(piece, now) }))
    const judgements = await pairJudgements(await Promise.all(pieces))
    judged = evidence.map((piece, index) => ({
      evidence: piece,
      judgement: judgements[index]!,
      initData: piece.initData?.claims,
    }))
    requireAccepted(judged, requireFresh)
    const inputs = judged.map(({ evidence: { tee, runtimeData }, judgement: { claims }, initData }) => ({
      tee,
      claims,
      runtimeData,
      initData,
    }))
    const appraised = await appraiser.appraise(inputs, policyIds, now)
    asked = appraised.asked
    judged = judged.map((piece, index) => ({ ...piece, verdicts: appraised.verdicts[index] ?? [] }))
    requireAllowed(judged)
    return { judged, asked }
  } catch (failure) {
    return { judged, asked, failure }
  }
}

/**
 * Passes when every piece of evidence was accepted, and is fresh where that is asked.
 *
 * @throws BrokerError BROKER_EVIDENCE_REFUSED with every finding, and the whole judgement of the first piece refused
 */
function requireAccepted(judged: readonly JudgedEvidence[], requireFresh: boolean): void {
  const refused = judged.filter(
    ({ judgement }) => !judgement.accepted || (requireFresh && judgement.answers.fresh !== 'yes'),
  )
  const [first] = refused
  if (first === undefined) return
  const findings = refused.flatMap(({ judgement }) => listRefusals(judgement))
  const [cause] = findings
  throw new BrokerError(
    'BROKER_EVIDENCE_REFUSED',
    `The evidence was refused: ${cause?.message ?? 'it is not fresh.'}`,
    {
      details: {
        ...(cause === undefined ? {} : { path: cause.path, expected: cause.expected, actual: cause.actual }),
        tee: first.evidence.tee,
        index: judged.indexOf(first),
        findings,
        judgement: first.judgement,
      },
    },
  )
}

/** @throws BrokerError BROKER_EVIDENCE_REFUSED with the findings of the policy */
function requireAllowed(judged: readonly JudgedEvidence[]): void {
  const refusals = judged.flatMap(({ verdicts = [] }) => verdicts.filter(({ allowed }) => !allowed))
  const [first] = refusals
  if (first === undefined) return
  const [cause] = first.findings
  throw new BrokerError(
    'BROKER_EVIDENCE_REFUSED',
    `The policy ${first.policyId} refuses the machine: ${cause?.message ?? 'it does not allow it.'}`,
    {
      details: {
        ...(cause === undefined ? {} : { path: cause.path, expected: cause.expected, actual: cause.actual }),
        reason: 'policy',
        policy: first.policyId,
        policyHash: first.policyHash,
        explanation: first.explanation,
        findings: [...new Set(refusals.flatMap(({ findings }) => findings))],
      },
    },
  )
}

/** The part of an attempt's report that an assessment decides; the findings of policies stand beside those of the judge. */
export function describeAssessment({
  judged,
  asked,
}: Assessment): Pick<AttemptReport, 'evidence' | 'policies' | 'input'> {
  return {
    policies: asked,
    evidence: judged.map(({ evidence, judgement, verdicts = [] }) => ({
      tee: evidence.tee,
      judgement: { ...judgement, findings: [...judgement.findings, ...listPolicyFindings(verdicts)] },
    })),
    input: {
      evidence: judged.map(({ evidence: { tee, runtimeData }, judgement, initData }) => ({
        tee,
        accepted: judgement.accepted,
        claims: judgement.claims,
        ...(runtimeData === undefined ? {} : { runtimeData }),
        ...(initData === undefined ? {} : { initData }),
      })),
    },
  }
}

function listPolicyFindings(verdicts: NonNullable<JudgedEvidence['verdicts']>): readonly Finding[] {
  return verdicts.flatMap(({ findings }) => findings)
}
