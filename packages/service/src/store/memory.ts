import { ServiceError } from '../errors.ts'
import { boundKeys, checkStoreKey, compareStoreKeys } from './key.ts'
import { WorkQueue } from './queue.ts'
import {
  type CompareAndSetOptions,
  type ListOptions,
  STORE_LIST_LIMIT,
  type Store,
  type StoreAccess,
  type StoreEntry,
  type StoreRecord,
  type WriteOptions,
} from './store.ts'

/** Keeps records in this process. For tests and demonstrations: everything is gone when it ends. */
export function createMemoryStore(): Store {
  return new MemoryStore()
}

const copy = (record: StoreRecord): StoreRecord => ({ ...record, value: record.value.slice() })

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
    return record && copy(record)
  }

  async put(key: string, value: Uint8Array, options: WriteOptions = {}): Promise<number> {
    checkStoreKey(key)
    const { expiresAt, fields } = options
    const version = this.#nextVersion()
    this.records.set(key, {
      key,
      value: value.slice(),
      version,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(fields === undefined ? {} : { fields: { ...fields } }),
    })
    return version
  }

  async putAll(entries: readonly StoreEntry[]): Promise<void> {
    for (const { key } of entries) checkStoreKey(key)
    for (const { key, value, ...options } of entries) await this.put(key, value, options)
  }

  async delete(key: string): Promise<boolean> {
    checkStoreKey(key)
    return this.records.delete(key)
  }

  async list(prefix: string, options: ListOptions = {}): Promise<StoreRecord[]> {
    const { limit = STORE_LIST_LIMIT, descending = false, where = {} } = options
    const { above, below } = boundKeys(prefix, options)
    const wanted = Object.entries(where)
    return [...this.records.values()]
      .filter(
        ({ key, fields = {} }) =>
          key.startsWith(prefix) &&
          (above === undefined || compareStoreKeys(key, above) > 0) &&
          (below === undefined || compareStoreKeys(key, below) < 0) &&
          wanted.every(([name, value]) => fields[name] === value),
      )
      .sort((a, b) => (descending ? compareStoreKeys(b.key, a.key) : compareStoreKeys(a.key, b.key)))
      .slice(0, limit)
      .map(copy)
  }

  async compareAndSet(
    key: string,
    expectedVersion: number,
    value: Uint8Array,
    { along = [], ...options }: CompareAndSetOptions = {},
  ): Promise<number | undefined> {
    checkStoreKey(key)
    if ((this.records.get(key)?.version ?? 0) !== expectedVersion) return undefined
    await this.putAll(along)
    return this.put(key, value, options)
  }

  remove(which: (record: StoreRecord) => boolean): number {
    const removed = [...this.records.values()].filter(which)
    for (const record of removed) this.records.delete(record.key)
    return removed.length
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
    const kept = value.slice()
    return this.#run((table) => table.put(key, kept, options))
  }

  putAll(entries: readonly StoreEntry[]): Promise<void> {
    return this.#run((table) => table.putAll(entries))
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
    options?: CompareAndSetOptions,
  ): Promise<number | undefined> {
    return this.#run((table) => table.compareAndSet(key, expectedVersion, value, options))
  }

  transaction<T>(work: (access: StoreAccess) => Promise<T>): Promise<T> {
    return this.#run(async (table) => {
      const draft = new MemoryTable(new Map(table.records), () => ++this.#version)
      const result = await work(draft)
      table.records = draft.records
      return result
    })
  }

  deleteExpired(now: number): Promise<number> {
    return this.#run(async (table) => table.remove(({ expiresAt }) => expiresAt !== undefined && expiresAt <= now))
  }

  deleteUntil(prefix: string, until: string): Promise<number> {
    return this.#run(async (table) =>
      table.remove(({ key }) => key.startsWith(prefix) && compareStoreKeys(key, until) < 0),
    )
  }

  async *snapshot(): AsyncGenerator<StoreRecord> {
    const records = await this.#run(async (table) => [...table.records.values()])
    for (const record of records.sort((a, b) => compareStoreKeys(a.key, b.key))) yield copy(record)
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
