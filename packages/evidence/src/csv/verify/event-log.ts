/** The event log must lead to the runtime registers: index 1 to 4 to registers 1 to 4, SM3. */
import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { type EventLog, parseEventLog, replayEventLog } from '@veritee/codec/eventlog'
import { refuse } from '../certificate/fields.ts'
import { CsvError } from '../codes.ts'

const REGISTERS = [1, 2, 3, 4] as const

/**
 * A register that the log never extends must be zero.
 *
 * @throws EvidenceError CSV_EVENT_LOG_MALFORMED, CSV_EVENT_LOG_MISMATCH
 */
export function replayCsvEventLog(bytes: Uint8Array, rtmrs: readonly Uint8Array[]): EventLog {
  const { log, registers } = replay(bytes)
  for (const index of REGISTERS) {
    const own = registers.get(index) ?? new Uint8Array(32)
    if (!equalBytes(own, rtmrs[index]!))
      throw refuse('CSV_EVENT_LOG_MISMATCH', `rtmr${index}`, encodeHex(rtmrs[index]!), encodeHex(own))
  }
  return log
}

function replay(bytes: Uint8Array): { log: EventLog; registers: ReadonlyMap<number, Uint8Array> } {
  try {
    const log = parseEventLog(bytes)
    return { log, registers: replayEventLog(log, 'SM3').registers }
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new CsvError('CSV_EVENT_LOG_MALFORMED', `The event log is malformed: ${cause.message}`, {
      details: { path: 'cc_eventlog' },
      cause,
    })
  }
}
