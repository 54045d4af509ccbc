/** Error rows of the GPU room. */
import type { CodedErrorOptions, ErrorEntry } from '@veritee/codec/error'
import { EvidenceError } from '../errors.ts'

const row = (status: number, summary: string, next: string): ErrorEntry => ({ status, summary, next })

const RESEND = 'Send the report again exactly as the device returned it.'
const CHAIN =
  'Send the whole certificate chain of the device, leaf first; that of a report alone can be given with --collateral.'

export type GpuErrorCode =
  | 'GPU_EVIDENCE_JSON'
  | 'GPU_REPORT_MALFORMED'
  | 'GPU_REPORT_FIELD_MISSING'
  | 'GPU_CHAIN_INCOMPLETE'
  | 'GPU_CHAIN_ISSUER'
  | 'GPU_CHAIN_CONSTRAINTS'
  | 'GPU_CHAIN_SIGNATURE'
  | 'GPU_CHAIN_DATES'
  | 'GPU_CHAIN_ROOT'
  | 'GPU_ARCHITECTURE_MISMATCH'
  | 'GPU_DEVICE_REPEATED'
  | 'GPU_QUESTION_DIFFERS'
  | 'GPU_FIRMWARE_MISMATCH'
  | 'GPU_SIGNATURE_INVALID'
  | 'GPU_REPORT_ABSENT'
  | 'GPU_REVOCATION_UNCHECKED'
  | 'GPU_REFERENCE_UNCHECKED'
  | 'GPU_SENDER_UNCHECKED'

/** Every code that reading and verifying a GPU report can raise. */
export const GPU_ERRORS: Readonly<Record<GpuErrorCode, ErrorEntry>> = {
  GPU_EVIDENCE_JSON: row(
    400,
    'The evidence JSON misses a member or holds one of the wrong shape.',
    'Send the evidence JSON exactly as the attester produced it.',
  ),
  GPU_REPORT_MALFORMED: row(400, 'The device report is malformed.', RESEND),
  GPU_REPORT_FIELD_MISSING: row(422, 'The device report lacks a field that it must have, or has it twice.', RESEND),
  GPU_CHAIN_INCOMPLETE: row(422, 'The certificate chain of the device is not all there.', CHAIN),
  GPU_CHAIN_ISSUER: row(422, 'A certificate of the chain was issued by another name than the next one carries.', CHAIN),
  GPU_CHAIN_CONSTRAINTS: row(422, 'A certificate of the chain has no right to sign what it signed.', CHAIN),
  GPU_CHAIN_SIGNATURE: row(422, 'A certificate of the chain is not signed by the next one.', CHAIN),
  GPU_CHAIN_DATES: row(422, 'A certificate of the chain is outside its validity.', 'Check the clock.'),
  GPU_CHAIN_ROOT: row(
    422,
    'The chain does not end in a trusted root key of the vendor.',
    'Use the chain of the device; name any other root explicitly.',
  ),
  GPU_ARCHITECTURE_MISMATCH: row(
    422,
    'The certificates of the device name a chip of another architecture than the evidence.',
    'Refuse it, or send the evidence with the architecture of this very device.',
  ),
  GPU_DEVICE_REPEATED: row(
    422,
    'The evidence counts one device twice.',
    'Send one report for each device of the machine.',
  ),
  GPU_QUESTION_DIFFERS: row(
    422,
    'A device answers another question than the machine it is said to be in.',
    'Refuse it, or ask the device with the first 32 bytes of the report data of the machine.',
  ),
  GPU_FIRMWARE_MISMATCH: row(
    422,
    'The firmware id of the report is not the one that the certificate was issued for.',
    'Refuse it: the report comes from other firmware than the certificate.',
  ),
  GPU_SIGNATURE_INVALID: row(
    422,
    'The report is not signed by the key of its certificate.',
    'Refuse it: it was changed after it was signed, or the certificate is not its own.',
  ),
  GPU_REPORT_ABSENT: row(
    422,
    'A device came without a report or without its certificates, so it was not judged.',
    'Turn confidential computing on for this device, or let no policy rest on it.',
  ),
  GPU_REVOCATION_UNCHECKED: row(
    422,
    'Revocation of the device certificates was not checked.',
    'Ask the revocation service of the vendor before relying on it.',
  ),
  GPU_REFERENCE_UNCHECKED: row(
    422,
    'The measurements were not compared with the reference values of the vendor.',
    'Give expectations for `nvidia.measurements`, or a policy that compares them.',
  ),
  GPU_SENDER_UNCHECKED: row(
    422,
    'A name beside the report is what its sender says: nothing that is signed states it.',
    'Let no policy rest on it.',
  ),
}

/** The error of this room. */
export class GpuError extends EvidenceError {
  constructor(code: GpuErrorCode, message?: string, options: CodedErrorOptions = {}) {
    super(code, message, options, GPU_ERRORS)
  }
}
