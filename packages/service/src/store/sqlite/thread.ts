/** The thread of a store: it alone has the database open for writing, so that no request waits behind its work. */
import { parentPort, workerData } from 'node:worker_threads'
import type { StoreAccess } from '../store.ts'
import { openEngine, type SqliteEngine } from './engine.ts'
import {
  type AccessMethod,
  type Call,
  encodeFailure,
  type MethodCall,
  type Reply,
  type ThreadData,
} from './messages.ts'

/** A transaction that waits for its next call. */
interface OpenTransaction {
  readonly access: StoreAccess
  /** Keeps what was written. */
  keep(): void
  /** Undoes it. The others of its batch hear the reason where they are undone with it. */
  undo(): void
  /** What one of its calls failed with. */
  failure?: unknown
  /** Settles when it is on the disk, or undone. */
  readonly ended: Promise<void>
}

function answerCalls(engine: SqliteEngine, reply: (message: Reply) => void): (call: Call) => Promise<void> {
  const transactions = new Map<number, OpenTransaction>()

  const open = (id: number): Promise<void> =>
    new Promise((opened, refused) => {
      const ended = engine.transaction(
        (access) =>
          new Promise<void>((keep, reject) => {
            const transaction: OpenTransaction = {
              access,
              keep,
              undo: () => reject(transaction.failure ?? new Error('undone')),
              ended,
            }
            transactions.set(id, transaction)
            opened()
          }),
      )
      // Before it was opened that is the answer to its opening, afterwards the answer to its end.
      ended.catch(refused)
    })

  const end = async (id: number, keep: boolean): Promise<void> => {
    const transaction = transactions.get(id) as OpenTransaction
    transactions.delete(id)
    if (keep) {
      transaction.keep()
      return transaction.ended
    }
    transaction.undo()
    // Whoever undoes it knows why.
    await transaction.ended.catch(() => undefined)
  }

  const use = async (transaction: OpenTransaction, call: MethodCall<AccessMethod>): Promise<unknown> => {
    try {
      return await runMethod(transaction.access, call)
    } catch (error) {
      transaction.failure = error
      throw error
    }
  }

  const run = (call: Call): unknown => {
    switch (call.kind) {
      case 'store':
        return runMethod(engine, call)
      case 'open':
        return open(call.id)
      case 'use':
        return use(transactions.get(call.transaction) as OpenTransaction, call)
      case 'end':
        return end(call.transaction, call.keep)
    }
  }

  return async (call) => {
    const { id } = call
    try {
      reply({ id, result: await run(call) })
    } catch (error) {
      reply({ id, failure: encodeFailure(error) })
    }
    if (call.kind === 'store' && call.method === 'close') setImmediate(() => parentPort?.close())
  }
}

function runMethod<Method extends string>(
  target: Readonly<Record<Method, unknown>>,
  { method, given }: MethodCall<Method>,
): unknown {
  return (target[method] as (...given: readonly unknown[]) => unknown).apply(target, given as unknown[])
}

let outbox: Reply[] = []

/** Answers that are ready at the same moment go together. */
function reply(message: Reply): void {
  if (outbox.length === 0) setImmediate(post)
  outbox.push(message)
}

function post(): void {
  parentPort?.postMessage(outbox)
  outbox = []
}

try {
  const { path, busyTimeoutMs } = workerData as ThreadData
  const engine = await openEngine(path, busyTimeoutMs)
  const answer = answerCalls(engine, reply)
  parentPort?.on('message', (calls: readonly Call[]) => {
    for (const call of calls) void answer(call)
  })
  reply({ id: 0, result: undefined })
} catch (error) {
  reply({ id: 0, failure: encodeFailure(error) })
}
