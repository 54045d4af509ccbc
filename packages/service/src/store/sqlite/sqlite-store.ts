import type { DatabaseSync } from 'node:sqlite'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { ServiceError } from '../../errors.ts'
import { checkStoreKey } from '../key.ts'
import { WorkQueue } from '../queue.ts'
import type { ListOptions, Store, StoreAccess, StoreEntry, StoreRecord, WriteOptions } from '../store.ts'
import { claimDatabaseFile, isBusy, migrateDatabase, openDatabase } from './database.ts'
import { readSnapshot } from './snapshot.ts'
import { SqliteTable } from './table.ts'
import { WriteAheadLog } from './write-ahead-log.ts'

/** So many waiting writes share one commit at most. */
const BATCH = 256

export interface SqliteStoreOptions {
  /** The database file; made with mode 0600 when absent. */
  readonly path: string
  /** How long to wait for another writer, in milliseconds, default 5000. The process stays free while it waits. */
  readonly busyTimeoutMs?: number
}

/**
 * Opens a store in one SQLite file. Several processes may share the file.
 *
 * @throws ServiceError SERVICE_STORE_UNAVAILABLE, SERVICE_STORE_BUSY, SERVICE_STORE_SCHEMA_NEWER, SERVICE_KEY_PERMISSIONS
 */
export async function createSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { path, busyTimeoutMs = 5000 } = options
  claimDatabaseFile(path)
  let database: DatabaseSync | undefined
  try {
    const opened = openDatabase(path)
    database = opened
    await retryWhileBusy(() => migrateDatabase(opened), busyTimeoutMs)
    return new SqliteStore(opened, path, busyTimeoutMs)
  } catch (cause) {
    database?.close()
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

class SqliteStore implements Store {
  readonly driver = 'sqlite'
  readonly #database: DatabaseSync
  readonly #path: string
  readonly #log: WriteAheadLog
  #waiting: WaitingWrite[] = []
  #writing: Promise<void> | undefined
  readonly #busyTimeoutMs: number
  readonly #table: SqliteTable
  readonly #queue = new WorkQueue()

  constructor(database: DatabaseSync, path: string, busyTimeoutMs: number) {
    this.#database = database
    this.#path = path
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

  #write<T>(work: (table: SqliteTable) => T): Promise<T> {
    return this.#join(() => work(this.#table))
  }

  /** Writes and transactions that wait at the same moment share one commit, and so one wait for the disk. */
  #join<T>(work: () => T | Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as (result: unknown) => void, reject })
      this.#writing ??= this.#writeWaiting()
    })
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Requests that arrived together come along.
      await setImmediate()
      const batch = this.#waiting.splice(0, BATCH)
      try {
        const settle = await this.#queue.run(() => this.#attempt(() => this.#commit(batch)))
        // Nobody is told before it is on the disk. Reads go on meanwhile, and further writes gather.
        await this.#attempt(() => this.#log.flush())
        for (const tell of settle) tell()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#writing = undefined
  }

  #commit(batch: readonly WaitingWrite[]): Promise<(() => void)[]> {
    return this.#inTransaction(async () => {
      const settle: (() => void)[] = []
      for (const write of batch) settle.push(await this.#runWithin(write))
      return settle
    })
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

  async put(key: string, value: Uint8Array, options?: WriteOptions): Promise<number> {
    checkStoreKey(key)
    const kept = value.slice()
    return this.#write((table) => table.put(key, kept, options))
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
    options?: WriteOptions,
  ): Promise<number | undefined> {
    checkStoreKey(key)
    const kept = value.slice()
    return this.#write((table) => table.compareAndSet(key, expectedVersion, kept, options))
  }

  deleteExpired(now: number): Promise<number> {
    return this.#write((table) => table.deleteExpired(now))
  }

  deleteUntil(prefix: string, until: string): Promise<number> {
    return this.#write((table) => table.deleteUntil(prefix, until))
  }

  transaction<T>(work: (access: StoreAccess) => Promise<T>): Promise<T> {
    return this.#join(() => work(asAccess(this.#table)))
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

  snapshot(): AsyncIterable<StoreRecord> {
    return readSnapshot(this.#path, this.#busyTimeoutMs)
  }

  /** An empty write transaction: finds a read-only or full disk as well as a missing file. */
  async probe(): Promise<void> {
    await this.#write(() => this.#database.exec('UPDATE revision SET value = value'))
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#queue.run(async () => {
      await this.#log.close()
      if (this.#database.isOpen) this.#database.close()
    })
  }
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
