/** Sample evidence, in the shapes of both forks: what attesters send where there is no trusted hardware. */
export { issueSampleEvidence, SAMPLE_BREAKAGES, type SampleOptions } from './sample.ts'
