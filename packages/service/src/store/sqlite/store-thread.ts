import { Worker } from 'node:worker_threads'
import { ServiceError } from '../../errors.ts'
import { type Call, decodeFailure, type Reply, type Request, type ThreadData } from './messages.ts'

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

/** Carries calls to the thread of a store and its answers back. */
export class StoreThread {
  /** Rejects when the store cannot be opened. */
  readonly ready: Promise<unknown>
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  /** Calls of this turn of the event loop: they go together, because waking the thread costs more than most calls. */
  #outbox: Call[] = []
  #next = 0
  #closing = false
  #ended: ServiceError | undefined

  constructor(workerData: ThreadData) {
    const own = import.meta.url
    // Run from its sources, the project finds its packages by this condition.
    const [file, execArgv] = own.endsWith('.ts')
      ? ['./thread.ts', ['--conditions=veritee-source']]
      : ['./thread.js', []]
    this.#worker = new Worker(new URL(file, own), { workerData, execArgv, name: 'store' })
    this.#worker.on('message', (replies: readonly Reply[]) => {
      for (const reply of replies) this.#settle(reply)
    })
    this.#worker.on('error', (cause) => this.#end(new ServiceError('SERVICE_STORE_UNAVAILABLE', undefined, { cause })))
    this.#worker.on('exit', () => this.#end(closed()))
    this.ready = this.#wait(this.#next++)
  }

  ask(request: Request): Promise<unknown> {
    return this.#send({ ...request, id: this.#next++ })
  }

  /** Opens a transaction and returns its number. Nothing else is written until it ends. */
  async open(): Promise<number> {
    const id = this.#next++
    await this.#send({ kind: 'open', id })
    return id
  }

  /** Finishes what was asked, transactions that are open included. Nothing is asked any more. */
  async close(): Promise<void> {
    const answer = this.ask({ kind: 'store', method: 'close', given: [] })
    this.#closing = true
    await answer
  }

  #send(call: Call): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    if (this.#closing && (call.kind === 'store' || call.kind === 'open')) return Promise.reject(closed())
    if (this.#outbox.length === 0) setImmediate(() => this.#post())
    this.#outbox.push(call)
    return this.#wait(call.id)
  }

  #post(): void {
    this.#worker.postMessage(this.#outbox)
    this.#outbox = []
  }

  #wait(id: number): Promise<unknown> {
    // A process that has nothing else to do does not stay for its store, but for what it asked of it.
    if (this.#waiting.size === 0) this.#worker.ref()
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (this.#waiting.size === 0) this.#worker.unref()
    if ('failure' in reply) waiting?.reject(decodeFailure(reply.failure))
    else waiting?.resolve(reply.result)
  }

  #end(reason: ServiceError): void {
    this.#ended ??= reason
    for (const { reject } of this.#waiting.values()) reject(this.#ended)
    this.#waiting.clear()
  }
}

const closed = (): ServiceError => new ServiceError('SERVICE_STORE_UNAVAILABLE', 'The store is closed.')
