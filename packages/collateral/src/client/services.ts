import { type CollateralEndpoint, type ReadEndpoint, readEndpoint } from '../config/endpoint.ts'
import { CollateralError } from '../errors.ts'
import { type RetryPolicy, retrying } from '../http/retry.ts'
import { openTransport, type Transport, type TransportLimits } from '../http/transport.ts'
import { fetchSet } from '../pcs/fetch-set.ts'
import type { CollateralKey, CollateralSet } from '../types.ts'

interface Service {
  readonly endpoint: ReadEndpoint
  readonly transport: Transport
}

/** The services of a client, in order of preference. */
export class Services {
  readonly #services: readonly Service[]
  readonly #retry: RetryPolicy
  readonly #random: () => number
  readonly #closing = new AbortController()

  constructor(
    endpoints: readonly CollateralEndpoint[],
    limits: TransportLimits,
    retry: RetryPolicy,
    random: () => number,
  ) {
    this.#services = endpoints
      .map(readEndpoint)
      .map((endpoint) => ({ endpoint, transport: openTransport(endpoint.ca, limits) }))
    this.#retry = retry
    this.#random = random
  }

  get isEmpty(): boolean {
    return this.#services.length === 0
  }

  /**
   * Fetches a set from the first service that gives one that `accept` does not refuse. Throws the error of the first
   * service, with those of the others in `details.others`.
   */
  async fetch(
    key: CollateralKey,
    now: () => number,
    accept: (set: CollateralSet) => CollateralError | undefined,
  ): Promise<CollateralSet> {
    const failures: CollateralError[] = []
    for (const { endpoint, transport } of this.#services) {
      try {
        const set = await this.#fetchFrom(endpoint, transport, key, now)
        const refusal = accept(set)
        if (refusal === undefined) return set
        failures.push(refusal)
      } catch (error) {
        if (!(error instanceof CollateralError)) throw error
        failures.push(error)
      }
    }
    throw joinFailures(failures)
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the collateral client was closed'))
    await Promise.all(this.#services.map(({ transport }) => transport.close()))
  }

  async #fetchFrom(
    endpoint: ReadEndpoint,
    transport: Transport,
    key: CollateralKey,
    now: () => number,
  ): Promise<CollateralSet> {
    // One request that fails for good ends the other three.
    const abandon = new AbortController()
    const signal = AbortSignal.any([abandon.signal, this.#closing.signal])
    try {
      return await fetchSet(
        endpoint,
        key,
        (url) => retrying(this.#retry, this.#random, signal, () => transport.get(url, signal)),
        now(),
      )
    } finally {
      abandon.abort()
    }
  }
}

function joinFailures(failures: readonly CollateralError[]): CollateralError {
  const [first, ...others] = failures as [CollateralError, ...CollateralError[]]
  if (others.length === 0) return first
  const details = others.map(({ code, details: { path, actual } }) => ({ code, path, actual }))
  return new CollateralError(first.code, first.message, {
    details: { ...first.details, others: details },
    cause: first,
  })
}
