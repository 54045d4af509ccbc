import { ServiceError } from '../errors.ts'
import { checkStoreKey, compareStoreKeys } from './key.ts'
import { WorkQueue } from './queue.ts'
import {
  type ListOptions,
  STORE_LIST_LIMIT,
  type Store,
  type StoreAccess,
  type StoreRecord,
  type WriteOptions,
} from './store.ts'

/** Keeps records in this process. For tests and demonstrations: everything is gone when it ends. */
export function createMemoryStore(): Store {
  return new MemoryStore()
}

class MemoryTable implements StoreAccess {
  records: Map<string, StoreRecord>
  #nextVersion: () => number

  constructor(records: Map<string, StoreRecord>, nextVersion: () => number) {
    this.records = records
    this.#nextVersion = nextVersion
  }

  async get(key: string): Promise<StoreRecord | undefined> {
    checkStoreKey(key)
    const record = this.records.get(key)
    return record && { ...record, value: record.value.slice() }
  }

  async put(key: string, value: Uint8Array, options: WriteOptions = {}): Promise<number> {
    checkStoreKey(key)
    const version = this.#nextVersion()
    this.records.set(key, { key, value: value.slice(), version, ...options })
    return version
  }

  async delete(key: string): Promise<boolean> {
    checkStoreKey(key)
    return this.records.delete(key)
  }

  async list(prefix: string, options: ListOptions = {}): Promise<StoreRecord[]> {
    const { after, limit = STORE_LIST_LIMIT } = options
    return [...this.records.values()]
      .filter(
        (record) => record.key.startsWith(prefix) && (after === undefined || compareStoreKeys(record.key, after) > 0),
      )
      .sort((a, b) => compareStoreKeys(a.key, b.key))
      .slice(0, limit)
      .map((record) => ({ ...record, value: record.value.slice() }))
  }

  async compareAndSet(
    key: string,
    expectedVersion: number,
    value: Uint8Array,
    options: WriteOptions = {},
  ): Promise<number | undefined> {
    checkStoreKey(key)
    if ((this.records.get(key)?.version ?? 0) !== expectedVersion) return undefined
    return this.put(key, value, options)
  }
}

class MemoryStore implements Store {
  readonly driver = 'memory'
  #version = 0
  #closed = false
  #queue = new WorkQueue()
  #table = new MemoryTable(new Map(), () => ++this.#version)

  #run<T>(work: (table: MemoryTable) => Promise<T>): Promise<T> {
    return this.#queue.run(() => {
      if (this.#closed) throw new ServiceError('SERVICE_STORE_UNAVAILABLE', 'The store is closed.')
      return work(this.#table)
    })
  }

  get(key: string): Promise<StoreRecord | undefined> {
    return this.#run((table) => table.get(key))
  }

  put(key: string, value: Uint8Array, options?: WriteOptions): Promise<number> {
    return this.#run((table) => table.put(key, value, options))
  }

  delete(key: string): Promise<boolean> {
    return this.#run((table) => table.delete(key))
  }

  list(prefix: string, options?: ListOptions): Promise<StoreRecord[]> {
    return this.#run((table) => table.list(prefix, options))
  }

  compareAndSet(
    key: string,
    expectedVersion: number,
    value: Uint8Array,
    options?: WriteOptions,
  ): Promise<number | undefined> {
    return this.#run((table) => table.compareAndSet(key, expectedVersion, value, options))
  }

  transaction<T>(work: (access: StoreAccess) => Promise<T>): Promise<T> {
    return this.#run(async (table) => {
      const copy = new MemoryTable(new Map(table.records), () => ++this.#version)
      const result = await work(copy)
      table.records = copy.records
      return result
    })
  }

  deleteExpired(now: number): Promise<number> {
    return this.#run(async (table) => {
      const expired = [...table.records.values()].filter(
        (record) => record.expiresAt !== undefined && record.expiresAt <= now,
      )
      for (const record of expired) table.records.delete(record.key)
      return expired.length
    })
  }

  async probe(): Promise<void> {
    await this.#run(async () => undefined)
  }

  async close(): Promise<void> {
    await this.#queue.run(() => {
      this.#closed = true
    })
  }
}
