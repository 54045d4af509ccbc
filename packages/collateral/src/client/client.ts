import { type DiskCache, openDiskCache } from '../cache/disk.ts'
import { findRefusal, judgeFreshness, REFRESH_RETRY_SECONDS } from '../cache/freshness.ts'
import { MemoryCache } from '../cache/memory.ts'
import { CollateralError } from '../errors.ts'
import { createKey, nameKey } from '../key.ts'
import { selectPlatform } from '../platform.ts'
import type { CollateralKey, CollateralSet } from '../types.ts'
import { Services } from './services.ts'
import type { CollateralClient, CollateralClientOptions, FetchOptions } from './types.ts'

const MAX_SETS = 256
/** So long a service that failed is left alone for a set that a bundle has. */
const REST_SECONDS = 60

/**
 * Makes a client of PCS and PCCS services with a cache in memory and, if a directory is given, on disk.
 *
 * Nothing it returns is verified: services, caches and bundles are all untrusted, and `@veritee/evidence` checks every
 * signature of a set up to its pinned root.
 *
 * Throws COLLATERAL_ENDPOINT_* and COLLATERAL_CA_INVALID.
 */
export function createCollateralClient(options: CollateralClientOptions): CollateralClient {
  const client = new Client(options)
  const { update = 'standard' } = options
  return {
    async fetchCollateral(platform, fetch = {}) {
      return await client.fetch(createKey(platform, fetch.update ?? update), fetch)
    },
    async fetchCollateralFor(quote, fetch = {}) {
      return await client.fetch(createKey(selectPlatform(quote), fetch.update ?? update), fetch)
    },
    async fetchBothUpdates(platform, fetch = {}) {
      const [standard, early] = await Promise.all([
        client.fetch(createKey(platform, 'standard'), fetch),
        client.fetch(createKey(platform, 'early'), fetch),
      ])
      return { standard, early }
    },
    sets: () => client.sets(),
    settle: () => client.settle(),
    close: () => client.close(),
  }
}

class Client {
  readonly #options: CollateralClientOptions
  readonly #services: Services
  readonly #memory: MemoryCache
  readonly #disk: DiskCache | undefined
  /** Fetches under way, by name of the set. */
  readonly #flights = new Map<string, Promise<CollateralSet>>()
  /** When a failed refresh may be tried again, by name of the set. */
  readonly #retryAt = new Map<string, number>()
  /** Until when sets come from a bundle because the services failed, by name of the set. */
  readonly #restUntil = new Map<string, number>()

  constructor(options: CollateralClientOptions) {
    const { endpoints, limits = {}, retry = {}, random = Math.random, cacheDirectory } = options
    this.#options = options
    this.#services = new Services(endpoints, limits, retry, random)
    this.#memory = new MemoryCache(options.maxSets ?? MAX_SETS)
    this.#disk = cacheDirectory === undefined ? undefined : openDiskCache(cacheDirectory)
  }

  async fetch(key: CollateralKey, { force = false, signal }: FetchOptions): Promise<CollateralSet> {
    signal?.throwIfAborted()
    const cached = force ? undefined : await this.#findCached(key)
    if (cached !== undefined) return cached
    if (!force && this.#options.now() < (this.#restUntil.get(nameKey(key)) ?? 0)) return this.#findBundled(key)
    return await waitFor(this.#fetchOnce(key), signal)
  }

  sets(): readonly CollateralSet[] {
    return this.#memory.all()
  }

  async settle(): Promise<void> {
    while (this.#flights.size > 0) await Promise.allSettled(this.#flights.values())
  }

  async close(): Promise<void> {
    await this.#services.close()
    await this.settle()
  }

  /** A cached set that may be used; one that is due is refreshed in the background. */
  async #findCached(key: CollateralKey): Promise<CollateralSet | undefined> {
    const { now, freshness = {} } = this.#options
    const set = this.#memory.find(key) ?? (await this.#readDisk(key))
    if (set === undefined) return undefined
    const judged = judgeFreshness(set, freshness, now())
    if (judged === 'unusable') return undefined
    if (judged === 'due') this.#refresh(key)
    return set
  }

  async #readDisk(key: CollateralKey): Promise<CollateralSet | undefined> {
    try {
      const set = await this.#disk?.read(key)
      // Whoever was faster may have fetched a newer one meanwhile.
      const newer = this.#memory.find(key)
      if (newer !== undefined) return newer
      if (set !== undefined) this.#memory.keep(set)
      return set
    } catch (error) {
      this.#notice(key, error)
      return undefined
    }
  }

  #refresh(key: CollateralKey): void {
    const { now, freshness = {} } = this.#options
    const name = nameKey(key)
    if (this.#services.isEmpty || this.#flights.has(name) || now() < (this.#retryAt.get(name) ?? 0)) return
    this.#fetchOnce(key).catch((cause: unknown) => {
      this.#retryAt.set(name, now() + (freshness.refreshRetrySeconds ?? REFRESH_RETRY_SECONDS))
      this.#notice(key, new CollateralError('COLLATERAL_REFRESH_FAILED', undefined, { cause }))
    })
  }

  /** Joins the fetch of this set that is under way, or begins one. */
  #fetchOnce(key: CollateralKey): Promise<CollateralSet> {
    const name = nameKey(key)
    const known = this.#flights.get(name)
    if (known !== undefined) return known
    const flight = this.#fetchAnew(key).finally(() => this.#flights.delete(name))
    this.#flights.set(name, flight)
    return flight
  }

  async #fetchAnew(key: CollateralKey): Promise<CollateralSet> {
    const { now } = this.#options
    if (this.#services.isEmpty) return this.#findBundled(key)
    const name = nameKey(key)
    let set: CollateralSet
    try {
      set = await this.#services.fetch(key, now, (given) => this.#findRefusal(given))
    } catch (error) {
      const bundled = this.#findBundled(key, error)
      this.#restUntil.set(name, now() + REST_SECONDS)
      return bundled
    }
    this.#memory.keep(set)
    this.#retryAt.delete(name)
    this.#restUntil.delete(name)
    await this.#writeDisk(set)
    return set
  }

  /** The set from a bundle. Without one the error of the service stands. */
  #findBundled(key: CollateralKey, failure?: unknown): CollateralSet {
    const refusals: CollateralError[] = []
    for (const bundle of this.#options.bundles ?? []) {
      const set = bundle.find(key)
      if (set === undefined) continue
      const refusal = this.#findRefusal(set)
      if (refusal === undefined) return set
      refusals.push(refusal)
    }
    throw (
      failure ??
      refusals[0] ??
      new CollateralError('COLLATERAL_ABSENT', undefined, { details: { path: nameKey(key), ...key } })
    )
  }

  #findRefusal(set: CollateralSet): CollateralError | undefined {
    const { now, freshness = {} } = this.#options
    return findRefusal(set, freshness, now())
  }

  async #writeDisk(set: CollateralSet): Promise<void> {
    try {
      await this.#disk?.write(set)
    } catch (error) {
      this.#notice(set.key, error)
    }
  }

  #notice(key: CollateralKey, error: unknown): void {
    if (!(error instanceof CollateralError)) throw error
    const { code, message, cause } = error
    this.#options.onNotice?.({ code, key, message, ...(cause === undefined ? {} : { cause }) })
  }
}

/** Waits for work that others may wait for too: giving up does not end it. */
async function waitFor<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work
  // Whoever gave up does not hear of a later failure, and nobody else may be waiting.
  work.catch(() => {})
  signal.throwIfAborted()
  let abort = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason)
  })
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
