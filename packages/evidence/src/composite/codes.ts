/** Error rows of composite evidence. */
import type { CodedErrorOptions, ErrorEntry } from '@veritee/codec/error'
import { EvidenceError } from '../errors.ts'

const row = (status: number, summary: string, next: string): ErrorEntry => ({ status, summary, next })

export type CompositeErrorCode =
  | 'COMPOSITE_EVIDENCE_JSON'
  | 'COMPOSITE_DEVICES_EXCESSIVE'
  | 'COMPOSITE_SVSM_KEY_MISSING'
  | 'COMPOSITE_SVSM_KEY_MISMATCH'

/** Every code that reading composite evidence can raise. */
export const COMPOSITE_ERRORS: Readonly<Record<CompositeErrorCode, ErrorEntry>> = {
  COMPOSITE_EVIDENCE_JSON: row(
    400,
    'The composite evidence misses a member or holds one of the wrong shape.',
    'Send primary_evidence as JSON and additional_evidence as the text of a JSON object, empty where there is none.',
  ),
  COMPOSITE_DEVICES_EXCESSIVE: row(
    413,
    'The composite evidence has more devices than any machine.',
    'Send the evidence of the devices of one machine.',
  ),
  COMPOSITE_SVSM_KEY_MISSING: row(
    422,
    'The TPM evidence beside a services manifest does not name its endorsement key.',
    'Send ek_pubkey with the TPM evidence.',
  ),
  COMPOSITE_SVSM_KEY_MISMATCH: row(
    422,
    'The services manifest that the SNP report covers names another TPM than the evidence beside it.',
    'Refuse it: the TPM quote is not of the vTPM of this machine.',
  ),
}

/** The error of this room. */
export class CompositeError extends EvidenceError {
  constructor(code: CompositeErrorCode, message?: string, options: CodedErrorOptions = {}) {
    super(code, message, options, COMPOSITE_ERRORS)
  }
}
