import { equalBytes } from '../bytes/compare.ts'
import { encodeUtf8 } from '../bytes/text.ts'
import { CodecError } from '../errors.ts'
import { EVENT_DIGESTS, type EventDigestAlgorithm } from './algorithms.ts'
import type { EventLog, LogEvent } from './event-log.ts'
import { EV_NO_ACTION } from './event-types.ts'

/** What a log comes to. */
export interface EventLogReplay {
  /** Final values of the registers that the log extends. One that is missing here was never extended: it must still hold its start value. */
  readonly registers: ReadonlyMap<number, Uint8Array>
  /** Events that went into a register; only these are vouched for by equal registers. */
  readonly bound: readonly LogEvent[]
  /** Events that went into none (EV_NO_ACTION, index ffffffff, no digest of this algorithm): anybody may have written them. */
  readonly unbound: readonly LogEvent[]
}

/** How a log is replayed. */
export interface ReplayOptions {
  /**
   * Whose registers they are. `tpm`: PCR 0 begins with the locality that a StartupLocality event names, PCRs 17 to 22 begin
   * with ones. `cc` (default): all begin with zeros.
   */
  readonly registers?: 'tpm' | 'cc'
}

/** Without a measured root of trust, with one in the firmware, with one in hardware (profile §10.4.5.3). */
const STARTUP_LOCALITIES: readonly number[] = [0, 3, 4]
const STARTUP_LOCALITY = encodeUtf8('StartupLocality\0')

/**
 * Extends registers as the log says: value = H(value ‖ digest). An algorithm that the log does not have throws
 * `CODEC_EVENTLOG_ALGORITHM_UNKNOWN`. It does not hash the events' data: see {@link digestMatchesEvent}.
 */
export function replayEventLog(
  log: EventLog,
  algorithm: EventDigestAlgorithm,
  options: ReplayOptions = {},
): EventLogReplay {
  if (!log.algorithms.includes(algorithm)) {
    throw new CodecError('CODEC_EVENTLOG_ALGORITHM_UNKNOWN', undefined, {
      details: { expected: algorithm, actual: log.algorithms },
    })
  }
  const { extend, digestBytes } = EVENT_DIGESTS[algorithm]
  const isTpm = options.registers === 'tpm'
  const links = new Map<number, Uint8Array[]>()
  const bound: LogEvent[] = []
  const unbound: LogEvent[] = []
  let locality: number | undefined
  for (const entry of log.events) {
    const digest = entry.digests.get(algorithm)
    if (isTpm && isStartupLocality(entry)) {
      if (locality !== undefined || links.has(0)) {
        throw new CodecError('CODEC_EVENTLOG_INVALID', 'The startup locality comes twice or too late.', {
          details: { sequence: entry.sequence },
        })
      }
      locality = entry.event[16]!
      if (!STARTUP_LOCALITIES.includes(locality)) {
        throw new CodecError('CODEC_EVENTLOG_INVALID', 'The startup locality is none that a TPM starts from.', {
          details: { sequence: entry.sequence, expected: STARTUP_LOCALITIES, actual: locality },
        })
      }
    }
    if (entry.type === EV_NO_ACTION || entry.index === 0xffffffff || digest === undefined) {
      unbound.push(entry)
      continue
    }
    const own = links.get(entry.index)
    if (own === undefined) links.set(entry.index, [digest])
    else own.push(digest)
    bound.push(entry)
  }
  // A locality is also seen in a PCR 0 that nothing extends.
  if (locality !== undefined && !links.has(0)) links.set(0, [])
  const registers = new Map<number, Uint8Array>()
  for (const [index, digests] of links) {
    registers.set(index, extend(startValue(index, digestBytes, isTpm, locality), digests))
  }
  return { registers, bound, unbound }
}

function startValue(index: number, digestBytes: number, isTpm: boolean, locality: number | undefined): Uint8Array {
  const value = new Uint8Array(digestBytes)
  if (!isTpm) return value
  if (index === 0 && locality !== undefined) value[digestBytes - 1] = locality
  if (index >= 17 && index <= 22) value.fill(0xff)
  return value
}

function isStartupLocality({ index, type, event }: LogEvent): boolean {
  return (
    index === 0 && type === EV_NO_ACTION && event.length === 17 && equalBytes(event.subarray(0, 16), STARTUP_LOCALITY)
  )
}
