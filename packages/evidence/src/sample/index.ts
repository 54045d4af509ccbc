/** Sample evidence, which proves nothing. */
export {
  type AcceptedSample,
  acceptSample,
  appraiseSample,
  claimsOfSample,
  parseSampleEvidence,
  type SampleEvidence,
} from './sample.ts'
