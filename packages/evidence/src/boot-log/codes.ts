/** Error rows of boot logs: event logs that are replayed against the registers of evidence. */
import type { CodedErrorOptions, ErrorEntry } from '@veritee/codec/error'
import { EvidenceError } from '../errors.ts'

const row = (status: number, summary: string, next: string): ErrorEntry => ({ status, summary, next })

const RESEND = 'Send the log of this very boot, unchanged and whole.'

export type BootLogErrorCode =
  | 'BOOT_LOG_MALFORMED'
  | 'BOOT_LOG_ALGORITHM'
  | 'BOOT_LOG_MISMATCH'
  | 'BOOT_LOG_REGISTER_UNEXPLAINED'
  | 'BOOT_LOG_UNPROVABLE'

/** Every code that replaying an event log can raise. */
export const BOOT_LOG_ERRORS: Readonly<Record<BootLogErrorCode, ErrorEntry>> = {
  BOOT_LOG_MALFORMED: row(400, 'The event log is malformed.', RESEND),
  BOOT_LOG_ALGORITHM: row(
    422,
    'The event log has no digests of the algorithm that the registers are made with.',
    'Send the log with digests of every bank that is quoted.',
  ),
  BOOT_LOG_MISMATCH: row(422, 'The event log does not lead to the registers of the evidence.', RESEND),
  BOOT_LOG_REGISTER_UNEXPLAINED: row(
    422,
    'A register was extended by something that the event log does not tell.',
    'Pin the register itself, or have what extends it write to the log.',
  ),
  BOOT_LOG_UNPROVABLE: row(
    422,
    'The evidence has no registers that an event log could be replayed against.',
    'Judge this kind of evidence by its launch measurement.',
  ),
}

/** The error of this room. */
export class BootLogError extends EvidenceError {
  constructor(code: BootLogErrorCode, message?: string, options: CodedErrorOptions = {}) {
    super(code, message, options, BOOT_LOG_ERRORS)
  }
}
