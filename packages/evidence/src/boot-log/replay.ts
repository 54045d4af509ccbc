import { encodeHex, equalBytes, isAllZero } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import {
  type EventDigestAlgorithm,
  type EventLog,
  type LogEvent,
  parseEventLog,
  replayEventLog,
} from '@veritee/codec/eventlog'
import { BootLogError } from './codes.ts'

/** A register as genuine evidence states it. */
export interface LoggedRegister {
  /** As claims name it, such as `rtmr_1` or `pcr07`. */
  readonly name: string
  /** Its index in the log. */
  readonly index: number
  readonly value: Uint8Array
  /**
   * What must hold where the log never extends it: `zero`; or `any`, because something extends it without telling this
   * log. Such a register is named as unexplained.
   */
  readonly unlogged: 'zero' | 'any'
}

/** Registers of one algorithm, and whose they are. */
export interface LoggedBank {
  readonly algorithm: EventDigestAlgorithm
  readonly registers: readonly LoggedRegister[]
  readonly kind: 'cc' | 'tpm'
}

/** A log that leads to the registers. */
export interface BootLog {
  readonly log: EventLog
  /** Whose registers it leads to. */
  readonly kind: LoggedBank['kind']
  /** Events that went into a register that was compared. Whatever else the log says, anybody may have written. */
  readonly bound: readonly LogEvent[]
  /** Registers that hold something the log does not tell. */
  readonly unexplained: readonly string[]
}

/**
 * Replays an event log against registers (TCG PC Client Platform Firmware Profile, section 10; for confidential computing
 * the index is that of the measurement register). Every register that the log extends must come out equal.
 *
 * Not checked here: whether the data of an event is what its digest was made of; the claims say so for each.
 *
 * @throws EvidenceError BOOT_LOG_MALFORMED, BOOT_LOG_ALGORITHM, BOOT_LOG_MISMATCH with the register in its path
 */
export function verifyBootLog(bytes: Uint8Array, bank: LoggedBank): BootLog {
  const log = readLog(() => parseEventLog(bytes))
  if (!log.algorithms.includes(bank.algorithm)) {
    throw new BootLogError('BOOT_LOG_ALGORITHM', undefined, {
      details: { path: 'eventLog', expected: bank.algorithm, actual: log.algorithms },
    })
  }
  const { registers, bound } = readLog(() => replayEventLog(log, bank.algorithm, { registers: bank.kind }))
  const unexplained: string[] = []
  for (const { name, index, value, unlogged } of bank.registers) {
    const own = registers.get(index)
    if (own === undefined && unlogged === 'any') {
      if (!isUntouched(value)) unexplained.push(name)
    } else expectValue(name, value, own ?? new Uint8Array(value.length))
  }
  const compared = new Set(bank.registers.map(({ index }) => index))
  return { log, kind: bank.kind, bound: bound.filter(({ index }) => compared.has(index)), unexplained }
}

/** Registers begin with zeros; those of a late launch with ones. */
function isUntouched(value: Uint8Array): boolean {
  return isAllZero(value) || value.every((byte) => byte === 0xff)
}

function expectValue(name: string, value: Uint8Array, replayed: Uint8Array): void {
  if (equalBytes(replayed, value)) return
  throw new BootLogError('BOOT_LOG_MISMATCH', `The event log does not lead to register ${name}.`, {
    details: { path: name, expected: encodeHex(value), actual: encodeHex(replayed) },
  })
}

function readLog<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new BootLogError('BOOT_LOG_MALFORMED', `The event log is malformed: ${cause.message}`, {
      details: { path: 'eventLog' },
      cause,
    })
  }
}
