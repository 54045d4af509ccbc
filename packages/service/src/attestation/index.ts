/** The attestation service: evidence judged, policies asked, tokens issued, over HTTP and gRPC. */
export {
  type Assessment,
  type AssessmentRequest,
  type Assessors,
  assessEvidence,
  describeAssessment,
} from './assessment.ts'
export { readInitDataClaims } from './init-data.ts'
export { describeAttemptOutcome } from './outcome.ts'
export type { JudgeRequest } from './types.ts'
