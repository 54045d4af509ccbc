/** Error rows of the Hygon CSV room. */
import type { CodedErrorOptions, ErrorEntry } from '@veritee/codec/error'
import { EvidenceError } from '../errors.ts'

const row = (status: number, summary: string, next: string): ErrorEntry => ({ status, summary, next })

const RESEND = 'Send the report again exactly as the firmware returned it.'
const CHAIN = 'Fetch the HSK and CEK certificates of this chip again from the Hygon key distribution service.'
const FORGED = 'Refuse it: it was changed after it was signed, or the certificate is not its own.'

export type CsvErrorCode =
  | 'CSV_EVIDENCE_JSON'
  | 'CSV_REPORT_SIZE'
  | 'CSV_REPORT_FORMAT'
  | 'CSV_REPORT_RESERVED'
  | 'CSV_REPORT_USAGE'
  | 'CSV_SEALING_KEY_PRESENT'
  | 'CSV_SERIAL_NUMBER'
  | 'CSV_CERTIFICATE_MALFORMED'
  | 'CSV_CERTIFICATE_ROLE'
  | 'CSV_CERTIFICATE_KEY'
  | 'CSV_CHAIN_INCOMPLETE'
  | 'CSV_CHAIN_ROOT'
  | 'CSV_CHAIN_ISSUER'
  | 'CSV_CHAIN_SIGNATURE'
  | 'CSV_PEK_MISMATCH'
  | 'CSV_SIGNATURE_INVALID'
  | 'CSV_RTMR_MISMATCH'
  | 'CSV_MAC_UNCHECKED'
  | 'CSV_MAC_INVALID'
  | 'CSV_LAUNCH_INVALID'
  | 'CSV_LAUNCH_MISMATCH'

/** Every code that reading and verifying a CSV report can raise. */
export const CSV_ERRORS: Readonly<Record<CsvErrorCode, ErrorEntry>> = {
  CSV_EVIDENCE_JSON: row(
    400,
    'The evidence JSON misses a member or holds one of the wrong shape.',
    'Send the evidence JSON exactly as the attester produced it.',
  ),
  CSV_REPORT_SIZE: row(400, 'The report page does not have the size of its format.', RESEND),
  CSV_REPORT_FORMAT: row(
    400,
    'The report is wrapped in a format that cannot be read here.',
    'Formats 1 and 2 are read. Format 3 is experimental: accept it by name, with --allow-experimental.',
  ),
  CSV_REPORT_RESERVED: row(400, 'A part of the report that must be zero is not.', RESEND),
  CSV_REPORT_USAGE: row(422, 'The report does not say that the platform endorsement key signed it with SM2.', RESEND),
  CSV_SEALING_KEY_PRESENT: row(
    422,
    'The report still carries the sealing key of its guest, which is a secret.',
    'Have the attester zero the reserved bytes before it sends evidence; treat the exposed sealing key as lost.',
  ),
  CSV_SERIAL_NUMBER: row(422, 'The serial number is malformed, or is not the one that the report carries.', RESEND),
  CSV_CERTIFICATE_MALFORMED: row(400, 'A Hygon certificate is malformed.', CHAIN),
  CSV_CERTIFICATE_ROLE: row(422, 'A certificate is not for the use that its place in the chain needs.', CHAIN),
  CSV_CERTIFICATE_KEY: row(422, 'The key of a certificate is not an SM2 signing key.', CHAIN),
  CSV_CHAIN_INCOMPLETE: row(
    422,
    'The HSK and CEK certificates of the chip are not there, so nothing ties the report to Hygon.',
    'Give them with --collateral (hsk_cek.cert of the key distribution service), or have them fetched by the serial number with --kds.',
  ),
  CSV_CHAIN_ROOT: row(422, 'The chain does not end in a trusted Hygon root key.', CHAIN),
  CSV_CHAIN_ISSUER: row(
    422,
    'A certificate of the chain was issued by another key id than the one above it carries.',
    CHAIN,
  ),
  CSV_CHAIN_SIGNATURE: row(422, 'A certificate of the chain is not signed by the one above it.', CHAIN),
  CSV_PEK_MISMATCH: row(422, 'The platform endorsement key beside the report is not the one inside it.', RESEND),
  CSV_SIGNATURE_INVALID: row(422, 'The report is not signed by the platform endorsement key.', FORGED),
  CSV_RTMR_MISMATCH: row(422, 'Runtime register 0 is not the launch measurement.', RESEND),
  CSV_MAC_UNCHECKED: row(
    422,
    'The MAC over key and serial number was not checked: only the guest that asked can check it.',
    'Nothing to do: the chain of certificates vouches for the key.',
  ),
  CSV_MAC_INVALID: row(422, 'The MAC over key and serial number does not hold.', RESEND),
  CSV_LAUNCH_INVALID: row(
    400,
    'A launch session, measurement or secret packet is malformed.',
    'Make the packet again with the platform certificate at hand.',
  ),
  CSV_LAUNCH_MISMATCH: row(
    422,
    'A launch session, measurement or secret packet is not what its keys say it must be.',
    'Send no secret: the guest is not the expected one, or somebody changed the packet.',
  ),
}

/** The error of this room. */
export class CsvError extends EvidenceError {
  constructor(code: CsvErrorCode, message?: string, options: CodedErrorOptions = {}) {
    super(code, message, options, CSV_ERRORS)
  }
}
