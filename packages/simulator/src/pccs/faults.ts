/** What can go wrong between a client and a PCCS. */

/** What happens to a request instead of, or on top of, the right answer. */
export type PccsFaultKind =
  /** An error status, with the seconds of `Retry-After` if given. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number }
  /** The right answer, late. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Headers and half of the body, then nothing. */
  | { readonly kind: 'stall' }
  /** The right headers with another body. */
  | { readonly kind: 'body'; readonly body: Uint8Array }
  /** A body without length that goes on for `sizeBytes`. */
  | { readonly kind: 'flood'; readonly sizeBytes: number }
  /** The right answer with a header replaced, or left out where there is no value. */
  | { readonly kind: 'header'; readonly name: string; readonly value?: string }
  /** A redirection. */
  | { readonly kind: 'redirect'; readonly location: string }
  /** The connection is closed without an answer. */
  | { readonly kind: 'reset' }
  /** What was right `ageSeconds` ago. */
  | { readonly kind: 'stale'; readonly ageSeconds: number }

/** A fault, and which requests it meets. */
export type PccsFault = PccsFaultKind & {
  /** Part of path and query that a request must contain. Default: every request. */
  readonly on?: string
  /** How many requests it meets before it is over. Default: all. */
  readonly times?: number
}

/** Faults in the order they were injected; the first that fits is used up. */
export class FaultPlan {
  readonly #entries: { readonly fault: PccsFault; left: number }[] = []

  /** Adds a fault and returns what takes it back. */
  inject(fault: PccsFault): () => void {
    const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY }
    this.#entries.push(entry)
    return () => {
      entry.left = 0
    }
  }

  /** The fault that meets a request, if any; counts it. */
  take(target: string): PccsFault | undefined {
    const entry = this.#entries.find(({ fault, left }) => left > 0 && target.includes(fault.on ?? ''))
    if (entry === undefined) return undefined
    entry.left--
    return entry.fault
  }
}
