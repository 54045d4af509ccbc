/** What SGX and TDX attesters send. */
export { type DcapEvidence, encodeDcapEvidence, parseDcapEvidence } from './parse.ts'
