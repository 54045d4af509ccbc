import { setImmediate } from 'node:timers/promises'

/** Works off together what arrives at the same moment or during the work before it: one batch after the other. */
export class Batches<Item> {
  readonly #work: (batch: readonly Item[]) => Promise<void>
  readonly #size: number
  #waiting: Item[] = []
  #working: Promise<void> | undefined

  /**
   * @param size so many items are in a batch at most
   * @param work must not reject: whoever waits for an item is told by it
   */
  constructor(size: number, work: (batch: readonly Item[]) => Promise<void>) {
    this.#size = size
    this.#work = work
  }

  add(item: Item): void {
    this.#waiting.push(item)
    this.#working ??= this.#workOff()
  }

  /** Returns when everything that was added is done. */
  async finish(): Promise<void> {
    await this.#working
  }

  async #workOff(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Requests that arrived together come along.
      await setImmediate()
      await this.#work(this.#waiting.splice(0, this.#size))
    }
    this.#working = undefined
  }
}
