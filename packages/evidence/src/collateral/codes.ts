/** Error rows of collateral files. */
import type { CodedErrorOptions, ErrorEntry } from '@veritee/codec/error'
import { EvidenceError } from '../errors.ts'

const row = (status: number, summary: string, next: string): ErrorEntry => ({ status, summary, next })

export type CollateralErrorCode = 'COLLATERAL_KIND_UNKNOWN' | 'COLLATERAL_FILES_EXCESSIVE'

/** Every code that sorting collateral can raise. */
export const COLLATERAL_ERRORS: Readonly<Record<CollateralErrorCode, ErrorEntry>> = {
  COLLATERAL_KIND_UNKNOWN: row(
    400,
    'A file given as collateral is none.',
    'Give bundles of Intel collateral, certificates and revocation lists (PEM or DER), or Hygon certificates.',
  ),
  COLLATERAL_FILES_EXCESSIVE: row(413, 'There are more files of collateral than any judgement needs.', 'Give fewer.'),
}

/** The error of this room. */
export class CollateralFileError extends EvidenceError {
  constructor(code: CollateralErrorCode, message?: string, options: CodedErrorOptions = {}) {
    super(code, message, options, COLLATERAL_ERRORS)
  }
}
