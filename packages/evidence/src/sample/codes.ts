/** Error rows of sample evidence. */
import type { CodedErrorOptions, ErrorEntry } from '@veritee/codec/error'
import { EvidenceError } from '../errors.ts'

const row = (status: number, summary: string, next: string): ErrorEntry => ({ status, summary, next })

export type SampleErrorCode = 'SAMPLE_EVIDENCE_JSON' | 'SAMPLE_NOT_NAMED' | 'SAMPLE_UNSIGNED'

/** Every code that reading sample evidence can raise. */
export const SAMPLE_ERRORS: Readonly<Record<SampleErrorCode, ErrorEntry>> = {
  SAMPLE_EVIDENCE_JSON: row(
    400,
    'The sample evidence misses a member or holds one of the wrong shape.',
    'Send the evidence JSON exactly as the attester produced it.',
  ),
  SAMPLE_NOT_NAMED: row(
    422,
    'Sample evidence is refused: anybody can write it, and no machine stands behind it.',
    'Attest in a real machine; for tests, name the kind sample among those that are accepted (verify --tee sample).',
  ),
  SAMPLE_UNSIGNED: row(422, 'Sample evidence has no signature, so none was checked.', 'Accept it in tests alone.'),
}

/** The error of this room. */
export class SampleError extends EvidenceError {
  constructor(code: SampleErrorCode, message?: string, options: CodedErrorOptions = {}) {
    super(code, message, options, SAMPLE_ERRORS)
  }
}
