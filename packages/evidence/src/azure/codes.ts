/** Error rows of the Azure confidential VM room. */
import type { CodedErrorOptions, ErrorEntry } from '@veritee/codec/error'
import { EvidenceError } from '../errors.ts'

const row = (status: number, summary: string, next: string): ErrorEntry => ({ status, summary, next })

const RESEND = 'Send the evidence again exactly as the attester produced it.'

export type AzureErrorCode =
  | 'AZURE_EVIDENCE_JSON'
  | 'AZURE_EVIDENCE_VERSION'
  | 'AZURE_HCL_MALFORMED'
  | 'AZURE_HCL_KEY_MISSING'
  | 'AZURE_HCL_UNBOUND'
  | 'AZURE_TD_QUOTE_MISMATCH'

/** Every code that reading evidence of an Azure confidential VM can raise, beside those of its hardware report and TPM quote. */
export const AZURE_ERRORS: Readonly<Record<AzureErrorCode, ErrorEntry>> = {
  AZURE_EVIDENCE_JSON: row(400, 'The evidence JSON misses a member or holds one of the wrong shape.', RESEND),
  AZURE_EVIDENCE_VERSION: row(
    400,
    'The evidence is of a version that cannot be read here.',
    'Versions 0, 1 and 2 are read; update the verifier if the attester is newer.',
  ),
  AZURE_HCL_MALFORMED: row(400, 'The report of the host compatibility layer is malformed.', RESEND),
  AZURE_HCL_KEY_MISSING: row(422, 'The report of the host compatibility layer names no attestation key.', RESEND),
  AZURE_HCL_UNBOUND: row(
    422,
    'The hardware report does not cover the runtime data that names the attestation key.',
    'Refuse it: the key was not made inside this machine.',
  ),
  AZURE_TD_QUOTE_MISMATCH: row(
    422,
    'The TD quote is not of the TD that the report of the host compatibility layer is from.',
    'Send the quote made from this very report.',
  ),
}

/** The error of this room. */
export class AzureError extends EvidenceError {
  constructor(code: AzureErrorCode, message?: string, options: CodedErrorOptions = {}) {
    super(code, message, options, AZURE_ERRORS)
  }
}
