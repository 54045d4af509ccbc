import { isCodedError } from '@veritee/codec/error'
import { describeEventLog, parseEventLog } from '@veritee/codec/eventlog'
import { EvidenceError } from '../errors.ts'
import type { Description } from './types.ts'

/** Describes a log by its algorithms and decoded events. No register is compared: anybody may have written it. */
export function describeLog(bytes: Uint8Array): Description {
  try {
    const log = parseEventLog(bytes)
    return { sizeBytes: bytes.length, format: log.format, algorithms: log.algorithms, ...describeEventLog(log) }
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new EvidenceError('EVIDENCE_ENCODING_INVALID', `The event log is malformed: ${cause.message}`, {
      details: { path: 'eventLog' },
      cause,
    })
  }
}
