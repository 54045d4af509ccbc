import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { ServiceError } from '../../errors.ts'
import type {
  CompareAndSetOptions,
  ListOptions,
  Store,
  StoreAccess,
  StoreEntry,
  StoreRecord,
  WriteOptions,
} from '../store.ts'
import { createPool, migrateDatabase, type PostgresqlStoreOptions } from './database.ts'
import { describeFailure, isConflict } from './failure.ts'
import { PostgresqlTable, RECORD_COLUMNS, toRecord } from './table.ts'

const SNAPSHOT_PAGE = 200

/**
 * Opens a store in a PostgreSQL database that any number of replicas share. The tables `veritee_*` are made in the first
 * schema of the search path; the role needs to own them and nothing else.
 *
 * Single writes go side by side. Transactions are serialisable and take turns, one replica after the other.
 *
 * @throws ServiceError SERVICE_STORE_UNAVAILABLE, SERVICE_STORE_BUSY, SERVICE_STORE_SCHEMA_NEWER, SERVICE_CONFIG_INVALID
 */
export async function createPostgresqlStore(options: PostgresqlStoreOptions): Promise<Store> {
  const pool = createPool(options)
  try {
    await withClient(pool, migrateDatabase)
  } catch (error) {
    await pool.end()
    throw error
  }
  return new PostgresqlStore(pool, options.timeoutMs ?? 10_000)
}

/** Lends a connection. One that failed is not given to anybody again. */
async function withClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  let client: pg.PoolClient
  try {
    client = await pool.connect()
  } catch (error) {
    throw describeFailure(error)
  }
  const broken = (): void => undefined
  client.on('error', broken)
  let failure: unknown
  try {
    return await work(client)
  } catch (error) {
    failure = error
    throw isForeign(error) ? describeFailure(error) : error
  } finally {
    client.off('error', broken)
    client.release(isForeign(failure) && !isConflict(failure))
  }
}

/** Errors of the database and of the network; what the caller's own work threw goes on as it is. */
function isForeign(error: unknown): boolean {
  if (error instanceof ServiceError || !(error instanceof Error)) return false
  const { severity, code } = error as { severity?: string; code?: string }
  return (
    severity !== undefined ||
    /^E[A-Z]+$/.test(code ?? '') ||
    /connection|timeout|terminat|queryable/i.test(error.message)
  )
}

class PostgresqlStore implements Store {
  readonly driver = 'postgresql'
  readonly #pool: pg.Pool
  readonly #timeoutMs: number
  readonly #table: PostgresqlTable
  #closing: Promise<void> | undefined

  constructor(pool: pg.Pool, timeoutMs: number) {
    this.#pool = pool
    this.#timeoutMs = timeoutMs
    this.#table = new PostgresqlTable(async (query) => {
      this.#expectOpen()
      try {
        return await pool.query(query)
      } catch (error) {
        throw describeFailure(error)
      }
    })
  }

  #expectOpen(): void {
    if (this.#closing !== undefined) throw new ServiceError('SERVICE_STORE_UNAVAILABLE', 'The store is closed.')
  }

  get(key: string): Promise<StoreRecord | undefined> {
    return this.#table.get(key)
  }

  async put(key: string, value: Uint8Array, options?: WriteOptions): Promise<number> {
    return this.#table.put(key, value.slice(), options)
  }

  putAll(entries: readonly StoreEntry[]): Promise<void> {
    return this.#table.putAll(entries)
  }

  delete(key: string): Promise<boolean> {
    return this.#table.delete(key)
  }

  list(prefix: string, options?: ListOptions): Promise<StoreRecord[]> {
    return this.#table.list(prefix, options)
  }

  async compareAndSet(
    key: string,
    expectedVersion: number,
    value: Uint8Array,
    options?: CompareAndSetOptions,
  ): Promise<number | undefined> {
    return this.#retryConflicts(() => this.#table.compareAndSet(key, expectedVersion, value.slice(), options))
  }

  deleteExpired(now: number): Promise<number> {
    return this.#table.deleteExpired(now)
  }

  deleteUntil(prefix: string, until: string): Promise<number> {
    return this.#table.deleteUntil(prefix, until)
  }

  transaction<T>(work: (access: StoreAccess) => Promise<T>): Promise<T> {
    return this.#retryConflicts(() => withClient(this.#pool, (client) => runTransaction(client, work)))
  }

  /** Does work again that another replica got in the way of: nothing of it was written. */
  async #retryConflicts<T>(work: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.#timeoutMs
    for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 100)) {
      this.#expectOpen()
      try {
        return await work()
      } catch (error) {
        if (!isConflict((error as { cause?: unknown }).cause) || performance.now() >= deadline) throw error
        await sleep(Math.random() * pauseMs)
      }
    }
  }

  async *snapshot(): AsyncGenerator<StoreRecord> {
    this.#expectOpen()
    let client: pg.PoolClient | undefined
    let failed = true
    try {
      client = await this.#pool.connect()
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      const text = `SELECT ${RECORD_COLUMNS} FROM veritee_record WHERE key > $1 ORDER BY key LIMIT ${SNAPSHOT_PAGE}`
      for (let after = ''; ; ) {
        const records = (await client.query(text, [after])).rows.map(toRecord)
        yield* records
        const last = records.at(-1)
        if (last === undefined) break
        after = last.key
      }
      await client.query('COMMIT')
      failed = false
    } catch (error) {
      throw isForeign(error) ? describeFailure(error) : error
    } finally {
      client?.release(failed)
    }
  }

  /** A write that changes nothing: finds a standby and a full disk as well as a database that is away. */
  async probe(): Promise<void> {
    this.#expectOpen()
    await withClient(this.#pool, (client) => client.query('UPDATE veritee_schema SET version = version'))
  }

  close(): Promise<void> {
    this.#closing ??= this.#pool.end()
    return this.#closing
  }
}

/** The lock is taken before the snapshot of the transaction is, so whoever waited sees what the one before it wrote. */
async function runTransaction<T>(client: pg.PoolClient, work: (access: StoreAccess) => Promise<T>): Promise<T> {
  try {
    await client.query('BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE veritee_turn IN EXCLUSIVE MODE')
    const result = await work(new PostgresqlTable((query) => client.query(query)))
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}
