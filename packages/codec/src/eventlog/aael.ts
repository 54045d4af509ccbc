import { concatBytes } from '../bytes/compare.ts'
import { ByteCursor } from '../bytes/cursor.ts'
import { u16le, u32le } from '../bytes/integers.ts'
import { decodeUtf8, encodeUtf8 } from '../bytes/text.ts'
import { CodecError } from '../errors.ts'
import { EVENT_DIGESTS, type EventDigestAlgorithm } from './algorithms.ts'
import type { LogEvent } from './event-log.ts'
import { EV_EVENT_TAG, EV_NO_ACTION } from './event-types.ts'

/** A measurement made by an application at run time: an attestation agent event log (AAEL) entry. */
export interface RuntimeEvent {
  /** Who measured, without white space. */
  readonly domain: string
  /** What was done, without white space. */
  readonly operation: string
  /** Anything but a line feed. */
  readonly content: string
}

/** Id of the tagged event: the letters "AAEL". */
const AAEL_ID = 0x4141454c

/**
 * The event data of a runtime measurement: id, length, "domain operation content". A register is extended with the hash of
 * all of it, head included. White space in domain or operation, an empty one and a line feed in the content throw
 * `CODEC_EVENTLOG_INVALID`, because the three could not be told apart again.
 */
export function encodeRuntimeEvent({ domain, operation, content }: RuntimeEvent): Uint8Array {
  if (!/^\S+$/.test(domain) || !/^\S+$/.test(operation) || content.includes('\n')) {
    throw new CodecError(
      'CODEC_EVENTLOG_INVALID',
      'A runtime event has blanks in a name, an empty name, or a line feed.',
    )
  }
  const text = encodeUtf8(`${domain} ${operation} ${content}`)
  return concatBytes(u32le(AAEL_ID), u32le(text.length), text)
}

/** Tells whether an event claims to be a runtime measurement; it may still be malformed. */
export function isRuntimeEvent({ type, event }: LogEvent): boolean {
  return type === EV_EVENT_TAG && event.length >= 8 && new ByteCursor(event).u32le() === AAEL_ID
}

/** The runtime measurement in an event, or undefined for an event of another kind. A malformed one throws `CODEC_EVENTLOG_INVALID`. */
export function parseRuntimeEvent(entry: LogEvent): RuntimeEvent | undefined {
  if (!isRuntimeEvent(entry)) return undefined
  const cursor = new ByteCursor(entry.event, 4)
  if (cursor.u32le() !== cursor.remaining) {
    throw new CodecError('CODEC_EVENTLOG_INVALID', 'The length of a runtime event is not that of its text.')
  }
  return parseRuntimeText(decodeUtf8(cursor.takeRest()))
}

/** The three parts of "domain operation content". */
export function parseRuntimeText(text: string): RuntimeEvent {
  const parts = /^(\S+) (\S+) ([^\n]*)$/.exec(text)
  if (parts === null) {
    throw new CodecError('CODEC_EVENTLOG_INVALID', 'A runtime event is not "domain operation content".')
  }
  return { domain: parts[1]!, operation: parts[2]!, content: parts[3]! }
}

/** The header entry of a crypto-agile log with these algorithms. */
export function encodeEventLogHeader(algorithms: readonly EventDigestAlgorithm[]): Uint8Array {
  const declared = algorithms.map((name) =>
    concatBytes(u16le(EVENT_DIGESTS[name].id), u16le(EVENT_DIGESTS[name].digestBytes)),
  )
  const event = concatBytes(
    encodeUtf8('Spec ID Event03\0'),
    // Platform class 0, specification version 2.0, errata 0, native integers of 64 bits (coded 2).
    Uint8Array.of(0, 0, 0, 0, 0, 2, 0, 2),
    u32le(algorithms.length),
    ...declared,
    Uint8Array.of(0),
  )
  return concatBytes(u32le(0), u32le(EV_NO_ACTION), new Uint8Array(20), u32le(event.length), event)
}

/** One entry of a crypto-agile log (TCG_PCR_EVENT2); the digests default to hashes of the event data. */
export function encodeLogEvent(
  index: number,
  type: number,
  event: Uint8Array,
  digests: readonly EventDigestAlgorithm[] | ReadonlyMap<EventDigestAlgorithm, Uint8Array>,
): Uint8Array {
  const pairs: (readonly [EventDigestAlgorithm, Uint8Array])[] =
    digests instanceof Map
      ? [...(digests as ReadonlyMap<EventDigestAlgorithm, Uint8Array>)]
      : (digests as readonly EventDigestAlgorithm[]).map((name) => [name, EVENT_DIGESTS[name].hash(event)] as const)
  return concatBytes(
    u32le(index),
    u32le(type),
    u32le(pairs.length),
    ...pairs.flatMap(([name, digest]) => [u16le(EVENT_DIGESTS[name].id), digest]),
    u32le(event.length),
    event,
  )
}
