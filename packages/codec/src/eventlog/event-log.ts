import type { EventDigestAlgorithm } from './algorithms.ts'

/** One entry of a log. Byte members are views into the bytes given. */
export interface LogEvent {
  /** Place in the log, counted from 0 without the header. */
  readonly sequence: number
  /** PCR of a TPM, or measurement register of confidential computing (TDX: 1 to 4 are RTMR0 to RTMR3). */
  readonly index: number
  readonly type: number
  /** Name of the type, such as `EV_SEPARATOR`. */
  readonly typeName: string
  /** Digests by algorithm; those of algorithms unknown here are left out. */
  readonly digests: ReadonlyMap<EventDigestAlgorithm, Uint8Array>
  readonly event: Uint8Array
}

/** A parsed log; nothing of it is bound to a register until it is replayed. */
export interface EventLog {
  /** `agile` begins with a Spec ID header, `sha1` is the older form that knows SHA-1 alone. */
  readonly format: 'agile' | 'sha1'
  /** Algorithms the header names and that are known here. */
  readonly algorithms: readonly EventDigestAlgorithm[]
  readonly events: readonly LogEvent[]
}
