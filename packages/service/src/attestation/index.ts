/** The attestation service: evidence judged, policies asked, tokens issued, over HTTP and gRPC. */
export {
  type Assessment,
  type AssessmentRequest,
  type Assessors,
  assessEvidence,
  describeAssessment,
} from './assessment.ts'
export { type AssessedAttempt, type AttemptOrigin, type AttemptRuntime, assessAttempt } from './attempt.ts'
export { CHALLENGE_SECONDS, type Challenges, createChallenges, type IssuedChallenge } from './challenge.ts'
export { createEvaluator, type EvaluationRequest, type Evaluator, type EvaluatorOptions } from './evaluator.ts'
export { readInitDataClaims } from './init-data.ts'
export { noteAttempt } from './note.ts'
export { describeAttemptOutcome } from './outcome.ts'
export type { RequestedEvidence } from './requested.ts'
export type { JudgeRequest } from './types.ts'
