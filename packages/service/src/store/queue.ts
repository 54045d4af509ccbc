/** Runs one piece of work after another, so that a transaction on a shared connection is not mixed with other calls. */
export class WorkQueue {
  #tail: Promise<unknown> = Promise.resolve()

  run<T>(work: () => Promise<T> | T): Promise<T> {
    const result = this.#tail.then(work)
    this.#tail = result.catch(() => undefined)
    return result
  }
}
