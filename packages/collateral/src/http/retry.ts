import { setTimeout as wait } from 'node:timers/promises'
import { isRetryable, retryAfterOf } from './failures.ts'

/** How often and how patiently a failed request is made again. */
export interface RetryPolicy {
  /** How many times after the first. Default 3. */
  readonly retries?: number
  /** The first pause at most; each further one at most twice as long. Default 250. */
  readonly baseDelayMs?: number
  /** No pause is longer, whatever the service asks for. Default 10 000. */
  readonly maxDelayMs?: number
}

/** Runs work again while its failure may pass, with growing pauses of random length (exponential back-off, full jitter). */
export async function retrying<T>(
  policy: RetryPolicy,
  random: () => number,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const { retries = 3, baseDelayMs = 250, maxDelayMs = 10_000 } = policy
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= retries || !isRetryable(error)) throw error
      const asked = retryAfterOf(error)
      const pause = asked === undefined ? random() * baseDelayMs * 2 ** attempt : asked * 1000
      await wait(Math.min(pause, maxDelayMs), undefined, signal === undefined ? {} : { signal })
    }
  }
}
