import type { Store, StoreAccess, StoreEntry } from '../store.ts'
import { claimDatabaseFile } from './database.ts'
import type { AccessMethod, StoreMethod } from './messages.ts'
import { readSnapshot } from './snapshot.ts'
import { StoreThread } from './store-thread.ts'

export interface SqliteStoreOptions {
  /** The database file; made with mode 0600 when absent. */
  readonly path: string
  /** How long to wait for another writer, in milliseconds, default 5000. The process stays free while it waits. */
  readonly busyTimeoutMs?: number
}

/**
 * Opens a store in one SQLite file, in a thread of its own. Several processes may share the file.
 *
 * @throws ServiceError SERVICE_STORE_UNAVAILABLE, SERVICE_STORE_BUSY, SERVICE_STORE_SCHEMA_NEWER, SERVICE_KEY_PERMISSIONS
 */
export async function createSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { path, busyTimeoutMs = 5000 } = options
  claimDatabaseFile(path)
  const thread = new StoreThread({ path, busyTimeoutMs })
  await thread.ready
  const ask = (method: StoreMethod, ...given: unknown[]) => thread.ask({ kind: 'store', method, given })
  let closed: Promise<void> | undefined
  return {
    driver: 'sqlite',
    ...createAccess(ask),
    deleteExpired: (now) => ask('deleteExpired', now) as Promise<number>,
    deleteUntil: (prefix, until) => ask('deleteUntil', prefix, until) as Promise<number>,
    transaction: (work) => runTransaction(thread, work),
    snapshot: () => readSnapshot(path, busyTimeoutMs),
    async probe() {
      await ask('probe')
    },
    close() {
      closed ??= thread.close()
      return closed
    },
  }
}

async function runTransaction<T>(thread: StoreThread, work: (access: StoreAccess) => Promise<T>): Promise<T> {
  const transaction = await thread.open()
  const ask = (method: AccessMethod, ...given: unknown[]) => thread.ask({ kind: 'use', transaction, method, given })
  let result: T
  try {
    result = await work(createAccess(ask))
  } catch (error) {
    await thread.ask({ kind: 'end', transaction, keep: false })
    throw error
  }
  await thread.ask({ kind: 'end', transaction, keep: true })
  return result
}

function createAccess(ask: (method: AccessMethod, ...given: unknown[]) => Promise<unknown>): StoreAccess {
  return {
    get: (key) => ask('get', key) as ReturnType<StoreAccess['get']>,
    put: (key, value, options) => ask('put', key, tighten(value), options) as Promise<number>,
    async putAll(entries) {
      await ask('putAll', entries.map(tightenEntry))
    },
    delete: (key) => ask('delete', key) as Promise<boolean>,
    list: (prefix, options) => ask('list', prefix, options) as ReturnType<StoreAccess['list']>,
    compareAndSet(key, version, value, { along = [], ...options } = {}) {
      const given = [key, version, tighten(value), { ...options, along: along.map(tightenEntry) }]
      return ask('compareAndSet', ...given) as ReturnType<StoreAccess['compareAndSet']>
    },
  }
}

/** Bytes of a buffer of their own: of a part of one, the whole would be copied to the thread. */
function tighten(value: Uint8Array): Uint8Array {
  return new Uint8Array(value)
}

const tightenEntry = (entry: StoreEntry): StoreEntry => ({ ...entry, value: tighten(entry.value) })
