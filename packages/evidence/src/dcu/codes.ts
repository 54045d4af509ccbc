/** Error rows of the Hygon DCU room. */
import type { CodedErrorOptions, ErrorEntry } from '@veritee/codec/error'
import { EvidenceError } from '../errors.ts'

const row = (status: number, summary: string, next: string): ErrorEntry => ({ status, summary, next })

export type DcuErrorCode =
  | 'DCU_EVIDENCE_JSON'
  | 'DCU_REPORT_USAGE'
  | 'DCU_CHAIN_INCOMPLETE'
  | 'DCU_SIGNATURE_INVALID'
  | 'DCU_CHIP_REPEATED'
  | 'DCU_USER_DATA_DIFFERS'
  | 'DCU_REFERENCE_UNCHECKED'

/** Every code that reading and verifying DCU reports can raise, beside those of the chain of CSV. */
export const DCU_ERRORS: Readonly<Record<DcuErrorCode, ErrorEntry>> = {
  DCU_EVIDENCE_JSON: row(
    400,
    'The evidence JSON misses a member or holds one of the wrong shape.',
    'Send the evidence JSON exactly as the attester produced it.',
  ),
  DCU_REPORT_USAGE: row(
    422,
    'The report does not say that the chip endorsement key signed it with SM2.',
    'Send the report again exactly as the device returned it.',
  ),
  DCU_CHAIN_INCOMPLETE: row(
    422,
    'The HSK and CEK certificates of the device are not there.',
    'Give hsk_cek.cert of the chip with --collateral.',
  ),
  DCU_SIGNATURE_INVALID: row(
    422,
    'The report is not signed by a chip whose certificates were given.',
    'Give hsk_cek.cert of this very chip; if it is, refuse the report: it was changed after it was signed.',
  ),
  DCU_CHIP_REPEATED: row(
    422,
    'The evidence counts one device twice.',
    'Send one report for each device of the machine.',
  ),
  DCU_USER_DATA_DIFFERS: row(
    422,
    'The devices of one machine answer different questions.',
    'Ask all devices with the same user data.',
  ),
  DCU_REFERENCE_UNCHECKED: row(
    422,
    'The measurement was not compared with reference values of the vendor: none are published.',
    'Pin the measurement in the expectations.',
  ),
}

/** The error of this room. */
export class DcuError extends EvidenceError {
  constructor(code: DcuErrorCode, message?: string, options: CodedErrorOptions = {}) {
    super(code, message, options, DCU_ERRORS)
  }
}

export function refuse(code: DcuErrorCode, path: string, expected?: unknown, actual?: unknown): DcuError {
  return new DcuError(code, undefined, {
    details: { path, ...(expected === undefined ? {} : { expected }), ...(actual === undefined ? {} : { actual }) },
  })
}
