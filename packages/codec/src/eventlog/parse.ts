import { equalBytes, isAllZero } from '../bytes/compare.ts'
import { ByteCursor } from '../bytes/cursor.ts'
import { encodeUtf8 } from '../bytes/text.ts'
import { CodecError } from '../errors.ts'
import { algorithmOfId, EVENT_DIGESTS, type EventDigestAlgorithm } from './algorithms.ts'
import type { EventLog, LogEvent } from './event-log.ts'
import { EV_NO_ACTION, eventTypeName } from './event-types.ts'

/** Bounds on an event log. */
export interface EventLogLimits {
  /** Longest log accepted, padding included; 4 MiB by default. */
  readonly maxBytes?: number
  /** Most events accepted; 16,384 by default. */
  readonly maxEvents?: number
}

const SPEC_ID = encodeUtf8('Spec ID Event03\0')
const MAX_ALGORITHMS = 16

/** Digest width by TPM_ALG_ID, as the header declares it. */
type Widths = ReadonlyMap<number, number>

/**
 * Reads a TCG event log (PC Client Platform Firmware Profile, §10.2 and §10.4.5), of a TPM or of confidential computing.
 * It ends with its bytes, or at an entry that would begin with eight ff or eight 00 bytes, behind which nothing but
 * padding of that kind may follow. Malformed logs throw `CODEC_EVENTLOG_INVALID` or `CODEC_BYTES_TRUNCATED`, too much
 * `CODEC_EVENTLOG_LIMIT`. It compares nothing with a register: see {@link replayEventLog}.
 */
export function parseEventLog(bytes: Uint8Array, limits: EventLogLimits = {}): EventLog {
  const { maxBytes = 4 << 20, maxEvents = 16_384 } = limits
  if (bytes.length > maxBytes) throw exceeded('bytes', maxBytes)
  const cursor = new ByteCursor(bytes)
  const widths = readHeader(cursor)
  const events: LogEvent[] = []
  while (!isAtEnd(cursor)) {
    if (events.length === maxEvents) throw exceeded('events', maxEvents)
    events.push(widths === undefined ? readSha1Event(cursor, events.length) : readEvent(cursor, widths, events.length))
  }
  if (widths === undefined) return { format: 'sha1', algorithms: ['SHA-1'], events }
  const algorithms = [...widths.keys()].map(algorithmOfId).filter((name) => name !== undefined)
  return { format: 'agile', algorithms, events }
}

/** The Spec ID header, known by its signature; undefined, and nothing read, in the older form. */
function readHeader(cursor: ByteCursor): Widths | undefined {
  if (cursor.remaining === 0) throw invalid('The log is empty.', 0)
  const first = new ByteCursor(cursor.peek(cursor.remaining))
  const { type, event } = readSha1Event(first, 0)
  const signature = event.subarray(0, 16)
  // Agents inside guests write the header of their own logs with a signature of zeros.
  const isHeader = signature.length === 16 && (equalBytes(signature, SPEC_ID) || isAllZero(signature))
  if (type !== EV_NO_ACTION || !isHeader) return undefined
  cursor.skip(first.offset)

  const header = new ByteCursor(event, 16)
  header.skip(8) // platform class, version, errata, width of a native integer
  const count = header.u32le()
  if (count === 0 || count > MAX_ALGORITHMS) throw invalid('The header names no algorithm, or too many.', 0)
  const widths = new Map<number, number>()
  for (let i = 0; i < count; i++) {
    const id = header.u16le()
    const width = header.u16le()
    const name = algorithmOfId(id)
    if (name !== undefined && EVENT_DIGESTS[name].digestBytes !== width) {
      throw invalid('The header gives an algorithm a width that is not its own.', 0)
    }
    if (widths.has(id)) throw invalid('The header names an algorithm twice.', 0)
    widths.set(id, width)
  }
  header.skip(header.u8())
  header.expectEnd()
  return widths
}

/** TCG_PCR_EVENT. */
function readSha1Event(cursor: ByteCursor, sequence: number): LogEvent {
  const index = cursor.u32le()
  const type = cursor.u32le()
  const digests = new Map([['SHA-1', cursor.take(20)]] as const)
  return { sequence, index, type, typeName: eventTypeName(type), digests, event: cursor.take(cursor.u32le()) }
}

/** TCG_PCR_EVENT2. */
function readEvent(cursor: ByteCursor, widths: Widths, sequence: number): LogEvent {
  const start = cursor.offset
  const index = cursor.u32le()
  const type = cursor.u32le()
  const count = cursor.u32le()
  if (count > widths.size) throw invalid('An event has more digests than the header names.', start)
  const digests = new Map<EventDigestAlgorithm, Uint8Array>()
  const seen: number[] = []
  for (let i = 0; i < count; i++) {
    const id = cursor.u16le()
    const width = widths.get(id)
    if (width === undefined) throw invalid('An event has a digest that the header does not name.', start)
    if (seen.includes(id)) throw invalid('An event has two digests of one algorithm.', start)
    seen.push(id)
    const digest = cursor.take(width)
    const name = algorithmOfId(id)
    if (name !== undefined) digests.set(name, digest)
  }
  return { sequence, index, type, typeName: eventTypeName(type), digests, event: cursor.take(cursor.u32le()) }
}

function isAtEnd(cursor: ByteCursor): boolean {
  if (cursor.remaining === 0) return true
  const padding = cursor.peekU8()
  if (padding !== 0 && padding !== 0xff) return false
  if (cursor.peek(Math.min(8, cursor.remaining)).some((byte) => byte !== padding)) return false
  const rest = cursor.peek(cursor.remaining)
  if (!isFilledWith(rest, padding)) {
    throw invalid('Something follows the end of the log.', cursor.offset)
  }
  return true
}

/** Whole words at a time: the padding is most of a log. */
function isFilledWith(bytes: Uint8Array, padding: 0 | 0xff): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const word = padding === 0 ? 0 : -1
  let at = 0
  for (; at + 4 <= bytes.length; at += 4) if (view.getInt32(at) !== word) return false
  for (; at < bytes.length; at++) if (bytes[at] !== padding) return false
  return true
}

function invalid(message: string, offset: number): CodecError {
  return new CodecError('CODEC_EVENTLOG_INVALID', message, { details: { offset } })
}

function exceeded(path: string, expected: number): CodecError {
  return new CodecError('CODEC_EVENTLOG_LIMIT', undefined, { details: { path, expected } })
}
