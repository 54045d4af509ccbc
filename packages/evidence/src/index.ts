/** Evidence of trusted execution environments. Each kind has a room of its own, such as `@veritee/evidence/dcap`. */
export { EVIDENCE_ERRORS } from './error-table.ts'
export { EvidenceError, type EvidenceErrorCode } from './errors.ts'
export { type Description, inspectEvidence } from './inspect/index.ts'
export { type Recognized, type RecognizedKind, recognizeEvidence } from './recognize/index.ts'
export type { Check, Claims, Finding, Verified } from './result/index.ts'
