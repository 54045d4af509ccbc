import { nameKey } from '../key.ts'
import type { CollateralKey, CollateralSet } from '../types.ts'

/** The most recently used sets, by name. */
export class MemoryCache {
  readonly #limit: number
  readonly #sets = new Map<string, CollateralSet>()

  constructor(limit: number) {
    this.#limit = limit
  }

  find(key: CollateralKey): CollateralSet | undefined {
    const name = nameKey(key)
    const set = this.#sets.get(name)
    if (set === undefined) return undefined
    this.#sets.delete(name)
    this.#sets.set(name, set)
    return set
  }

  keep(set: CollateralSet): void {
    this.#sets.delete(nameKey(set.key))
    this.#sets.set(nameKey(set.key), set)
    const [oldest] = this.#sets.keys()
    if (this.#sets.size > this.#limit && oldest !== undefined) this.#sets.delete(oldest)
  }

  /** Every set, the least recently used first. */
  all(): readonly CollateralSet[] {
    return [...this.#sets.values()]
  }
}
