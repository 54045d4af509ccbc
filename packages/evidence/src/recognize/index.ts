/** What kind of evidence or document are these bytes? */
export { recognizeEvidence } from './recognize.ts'
export type {
  EvidenceJsonTee,
  Recognized,
  RecognizedContent,
  RecognizedKind,
  RecognizeLimits,
  Wrapping,
} from './types.ts'
