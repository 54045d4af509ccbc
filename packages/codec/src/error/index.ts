/**
 * The error channel of the house: thrown for malformed, forged or unavailable input. Judgements are findings, never errors.
 *
 * Each package declares one table of codes and one subclass of {@link CodedError}; the code union is the table's keys.
 */

/** One row of a package's error table. */
export interface ErrorEntry {
  /** HTTP status a service answers with when this error reaches its edge. */
  readonly status: number
  /** One plain sentence, free of values and secrets: what is wrong with which object. */
  readonly summary: string
  /** What the person who meets it does next. */
  readonly next: string
}

/** A package's table of error codes. */
export type ErrorTable<Code extends string> = Readonly<Record<Code, ErrorEntry>>

/** Where and how a value differed; every member is safe to show to the caller. */
export interface ErrorDetails {
  /** The check or the member that failed, such as `tcbInfo.signature`. */
  readonly path?: string
  readonly expected?: unknown
  readonly actual?: unknown
  readonly [name: string]: unknown
}

export interface CodedErrorOptions {
  readonly details?: ErrorDetails
  readonly cause?: unknown
}

const BRAND = Symbol.for('veritee.error')

/** Base of every package's error class. Recognisable across duplicate installs by {@link isCodedError}. */
export class CodedError<Code extends string = string> extends Error {
  readonly code: Code
  readonly status: number
  readonly next: string
  readonly details: ErrorDetails

  constructor(table: ErrorTable<Code>, code: Code, message?: string, options: CodedErrorOptions = {}) {
    const entry = table[code]
    super(message ?? entry.summary, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.status = entry.status
    this.next = entry.next
    this.details = options.details ?? {}
    Object.defineProperty(this, BRAND, { value: true })
  }
}

/** Tells whether a thrown value is an error of any package of the house. */
export function isCodedError(value: unknown): value is CodedError {
  return value instanceof Error && (value as { [BRAND]?: unknown })[BRAND] === true
}
