/** One key distribution service: a request at a time, pauses as asked for, one fetch for all that wait for the same. */
import { readUrl } from '../config/endpoint.ts'
import { CollateralError } from '../errors.ts'
import { retryAfterOf } from '../http/failures.ts'
import { retrying } from '../http/retry.ts'
import { openTransport, type Transport } from '../http/transport.ts'
import type { KdsClientOptions } from './types.ts'

const TOO_MANY_REQUESTS = 429
const LIMITS = { timeoutMs: 10_000, maxBodyBytes: 1 << 20 }
/** After a refusal for asking too often that names no time. */
const DEFAULT_PAUSE_SECONDS = 30

export class KdsService {
  readonly #options: KdsClientOptions
  readonly #base: URL
  readonly #transport: Transport | undefined
  readonly #closing = new AbortController()
  /** The last request, which the next one waits for: the services refuse who asks often. */
  #last: Promise<unknown> = Promise.resolve()
  #pausedUntil = 0
  #refusal: CollateralError | undefined

  constructor(options: KdsClientOptions, vendorUrl: string) {
    const { baseUrl = vendorUrl, ca, offline = false, allowPlainHttp = false, limits } = options
    const base = readUrl(baseUrl, allowPlainHttp)
    if (base.search !== '' || base.hash !== '') {
      throw new CollateralError('COLLATERAL_ENDPOINT_INVALID', undefined, {
        details: { path: 'url', expected: 'an address without query', actual: base.href },
      })
    }
    if (!base.pathname.endsWith('/')) base.pathname += '/'
    this.#base = base
    this.#options = options
    this.#transport = offline ? undefined : openTransport(ca, { ...LIMITS, ...limits })
  }

  /** False where nobody is to be asked. */
  get isOnline(): boolean {
    return this.#transport !== undefined
  }

  /** Throws COLLATERAL_ABSENT where nobody is to be asked, and what transports throw. */
  async fetch(path: string, query: Readonly<Record<string, string>> = {}): Promise<Uint8Array> {
    const transport = this.#transport
    if (transport === undefined) throw new CollateralError('COLLATERAL_ABSENT', undefined, { details: { path } })
    const url = new URL(path, this.#base)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const turn = this.#last.then(() => this.#fetchNow(transport, url))
    this.#last = turn.catch(() => {})
    return await turn
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the client was closed'))
    await this.#transport?.close()
  }

  async #fetchNow(transport: Transport, url: URL): Promise<Uint8Array> {
    const { now, retry = {}, random = Math.random } = this.#options
    if (this.#refusal !== undefined && now() < this.#pausedUntil) throw this.#refusal
    const { signal } = this.#closing
    try {
      return (await retrying(retry, random, signal, () => transport.get(url, signal))).body
    } catch (error) {
      if (error instanceof CollateralError && error.details['actual'] === TOO_MANY_REQUESTS) {
        this.#refusal = error
        this.#pausedUntil = now() + (retryAfterOf(error) ?? DEFAULT_PAUSE_SECONDS)
      }
      throw error
    }
  }
}

/** Lets concurrent calls for one thing share one piece of work. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Promise<T>>()

  join(name: string, work: () => Promise<T>): Promise<T> {
    const known = this.#flights.get(name)
    if (known !== undefined) return known
    const flight = work().finally(() => this.#flights.delete(name))
    this.#flights.set(name, flight)
    return flight
  }
}

/** The most recently used files, by name. */
export class FileMemory {
  readonly #limit: number
  readonly #files = new Map<string, Uint8Array>()

  constructor(limit = 1024) {
    this.#limit = limit
  }

  find(name: string): Uint8Array | undefined {
    const bytes = this.#files.get(name)
    if (bytes !== undefined) this.keep(name, bytes)
    return bytes
  }

  keep(name: string, bytes: Uint8Array): void {
    this.#files.delete(name)
    this.#files.set(name, bytes)
    const [oldest] = this.#files.keys()
    if (this.#files.size > this.#limit && oldest !== undefined) this.#files.delete(oldest)
  }

  drop(name: string): void {
    this.#files.delete(name)
  }
}
