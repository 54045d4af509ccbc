import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { ServiceError } from '../../errors.ts'
import { Batches } from '../batches.ts'
import { checkStoreKey } from '../key.ts'
import { WorkQueue } from '../queue.ts'
import type { CompareAndSetOptions, ListOptions, PutOptions, StoreAccess, StoreEntry, StoreRecord } from '../store.ts'
import { isBusy, migrateDatabase, openDatabase } from './database.ts'
import { SqliteTable } from './table.ts'
import { WriteAheadLog } from './write-ahead-log.ts'

/** So many waiting writes share one commit at most. */
const BATCH = 256

/**
 * Opens the database of a store.
 *
 * @throws ServiceError SERVICE_STORE_UNAVAILABLE, SERVICE_STORE_BUSY, SERVICE_STORE_SCHEMA_NEWER
 */
export async function openEngine(path: string, busyTimeoutMs: number): Promise<SqliteEngine> {
  try {
    // Each of these steps reads the file, and may find it locked by whoever opens it at the same moment.
    return await retryWhileBusy(() => {
      const database = openDatabase(path)
      try {
        migrateDatabase(database)
        return new SqliteEngine(database, path, busyTimeoutMs)
      } catch (error) {
        database.close()
        throw error
      }
    }, busyTimeoutMs)
  } catch (cause) {
    throw cause instanceof ServiceError ? cause : unavailable(cause, path)
  }
}

function unavailable(cause: unknown, path?: string): ServiceError {
  return new ServiceError('SERVICE_STORE_UNAVAILABLE', undefined, {
    cause,
    details: path === undefined ? {} : { path },
  })
}

/** Repeats `work` while another connection holds the lock, with growing pauses. */
async function retryWhileBusy<T>(work: () => T, timeoutMs: number): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    try {
      return work()
    } catch (error) {
      if (!isBusy(error)) throw error
      if (performance.now() >= deadline) throw new ServiceError('SERVICE_STORE_BUSY', undefined, { cause: error })
      await sleep(pauseMs)
    }
  }
}

/** A write, or a transaction of several, that waits for its turn. */
interface WaitingWrite {
  readonly work: () => unknown
  resolve(result: unknown): void
  reject(error: unknown): void
}

/** The work of a store on its database, in the thread that calls it. What it is given is its own to keep. */
export class SqliteEngine implements StoreAccess {
  readonly #database: DatabaseSync
  readonly #log: WriteAheadLog
  /** Writes that wait at the same moment share one commit, and so one wait for the disk. */
  readonly #writes = new Batches<WaitingWrite>(BATCH, (batch) => this.#commitAndFlush(batch))
  /** Those that do not wait for the disk do not wait for the others' waiting either. */
  readonly #earlyWrites = new Batches<WaitingWrite>(BATCH, (batch) => this.#commitEarly(batch))
  readonly #busyTimeoutMs: number
  readonly #table: SqliteTable
  readonly #queue = new WorkQueue()

  constructor(database: DatabaseSync, path: string, busyTimeoutMs: number) {
    this.#database = database
    this.#busyTimeoutMs = busyTimeoutMs
    this.#table = new SqliteTable(database)
    this.#log = new WriteAheadLog(path)
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue.run(() => this.#attempt(work))
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#database.isOpen) throw new ServiceError('SERVICE_STORE_UNAVAILABLE', 'The store is closed.')
    try {
      return await work()
    } catch (error) {
      throw (error as { code?: string }).code === 'ERR_SQLITE_ERROR' ? unavailable(error) : error
    }
  }

  #read<T>(work: (table: SqliteTable) => T): Promise<T> {
    return this.#run(() => retryWhileBusy(() => work(this.#table), this.#busyTimeoutMs))
  }

  #write<T>(work: (table: SqliteTable) => T, early = false): Promise<T> {
    return join(early ? this.#earlyWrites : this.#writes, () => work(this.#table))
  }

  async #commitEarly(batch: readonly WaitingWrite[]): Promise<void> {
    try {
      for (const tell of await this.#commit(batch)) tell()
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  async #commitAndFlush(batch: readonly WaitingWrite[]): Promise<void> {
    try {
      const settled = await this.#commit(batch)
      // Nobody is told before it is on the disk. Reads go on meanwhile, and further writes gather.
      await this.#attempt(() => this.#log.flush())
      for (const tell of settled) tell()
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  /** Returns what tells each caller. */
  #commit(batch: readonly WaitingWrite[]): Promise<(() => void)[]> {
    return this.#run(() =>
      this.#inTransaction(async () => {
        const settled: (() => void)[] = []
        for (const write of batch) settled.push(await this.#runWithin(write))
        return settled
      }),
    )
  }

  /** Runs one of a batch. What it throws undoes its own writes and no others. */
  async #runWithin({ work, resolve, reject }: WaitingWrite): Promise<() => void> {
    this.#database.exec('SAVEPOINT one')
    try {
      const result = await work()
      this.#database.exec('RELEASE one')
      return () => resolve(result)
    } catch (error) {
      // Some failures of the disk have undone the whole batch already.
      if (!this.#database.isTransaction) throw error
      this.#database.exec('ROLLBACK TO one; RELEASE one')
      return () => void this.#attempt(() => Promise.reject(error)).catch(reject)
    }
  }

  get(key: string): Promise<StoreRecord | undefined> {
    return this.#read((table) => table.get(key))
  }

  list(prefix: string, options?: ListOptions): Promise<StoreRecord[]> {
    return this.#read((table) => table.list(prefix, options))
  }

  async put(key: string, value: Uint8Array, options?: PutOptions): Promise<number> {
    checkStoreKey(key)
    return this.#write((table) => table.put(key, value, options), options?.early)
  }

  async putAll(entries: readonly StoreEntry[]): Promise<void> {
    for (const { key } of entries) checkStoreKey(key)
    return this.#write((table) => table.putAll(entries))
  }

  async delete(key: string): Promise<boolean> {
    checkStoreKey(key)
    return this.#write((table) => table.delete(key))
  }

  async compareAndSet(
    key: string,
    expectedVersion: number,
    value: Uint8Array,
    options?: CompareAndSetOptions,
  ): Promise<number | undefined> {
    for (const name of [key, ...(options?.along ?? []).map((entry) => entry.key)]) checkStoreKey(name)
    return this.#write((table) => table.compareAndSet(key, expectedVersion, value, options), options?.early)
  }

  deleteExpired(now: number): Promise<number> {
    return this.#write((table) => table.deleteExpired(now))
  }

  deleteUntil(prefix: string, until: string): Promise<number> {
    return this.#write((table) => table.deleteUntil(prefix, until))
  }

  transaction<T>(work: (access: StoreAccess) => Promise<T>): Promise<T> {
    return join(this.#writes, () => work(asAccess(this.#table)))
  }

  async #inTransaction<T>(work: () => Promise<T>): Promise<T> {
    await retryWhileBusy(() => this.#database.exec('BEGIN IMMEDIATE'), this.#busyTimeoutMs)
    try {
      this.#table.begin()
      const result = await work()
      this.#table.finish()
      await retryWhileBusy(() => this.#database.exec('COMMIT'), this.#busyTimeoutMs)
      return result
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  /** An empty write transaction: finds a read-only or full disk as well as a missing file. */
  async probe(): Promise<void> {
    await this.#write(() => this.#database.exec('UPDATE revision SET value = value'))
  }

  async close(): Promise<void> {
    await Promise.all([this.#writes.finish(), this.#earlyWrites.finish()])
    await this.#queue.run(async () => {
      await this.#log.close()
      if (this.#database.isOpen) this.#database.close()
    })
  }
}

function join<T>(batches: Batches<WaitingWrite>, work: () => T | Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    batches.add({ work, resolve: resolve as (result: unknown) => void, reject })
  })
}

function asAccess(table: SqliteTable): StoreAccess {
  return {
    get: async (key) => table.get(key),
    put: async (key, value, options) => table.put(key, value, options),
    putAll: async (entries) => table.putAll(entries),
    delete: async (key) => table.delete(key),
    list: async (prefix, options) => table.list(prefix, options),
    compareAndSet: async (key, version, value, options) => table.compareAndSet(key, version, value, options),
  }
}
