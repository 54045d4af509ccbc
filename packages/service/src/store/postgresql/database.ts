import pg from 'pg'
import { ServiceError } from '../../errors.ts'
import { POSTGRESQL_MIGRATIONS } from './migrations.ts'

export interface PostgresqlStoreOptions {
  /** `postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full&sslrootcert=FILE`, or `socket:` and a directory. */
  readonly url: string
  /** Connections of this process at most, default 10. */
  readonly connections?: number
  /** How long a query, a lock or a connection may take, in milliseconds, default 10,000. */
  readonly timeoutMs?: number
  /** Told about connections that broke while nobody used them. */
  readonly onNotice?: (message: string, cause: unknown) => void
}

/** Opens the pool; nothing is connected yet. */
export function createPool(options: PostgresqlStoreOptions): pg.Pool {
  const { url, connections = 10, timeoutMs = 10_000, onNotice } = options
  let pool: pg.Pool
  try {
    pool = new pg.Pool({
      connectionString: url,
      max: connections,
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs + 1000,
      statement_timeout: timeoutMs,
      idle_in_transaction_session_timeout: timeoutMs,
      keepAlive: true,
      application_name: 'veritee',
    })
  } catch {
    // The library's message may quote the address, and with it a password.
    throw new ServiceError('SERVICE_CONFIG_INVALID', 'The address of the database cannot be read.', {
      details: { path: 'store.url', expected: 'postgresql://USER@HOST:PORT/DATABASE' },
    })
  }
  pool.on('error', (cause) => onNotice?.('a connection to the database broke', cause))
  return pool
}

const MIGRATION_LOCK = 0x7665_7269

/**
 * Brings the schema up to the newest migration, in one transaction that waits for other replicas that do the same.
 *
 * @throws ServiceError SERVICE_STORE_SCHEMA_NEWER, SERVICE_STORE_UNAVAILABLE for a database whose text is not UTF-8
 */
export async function migrateDatabase(client: pg.PoolClient): Promise<void> {
  const encoding = (await client.query('SHOW server_encoding')).rows[0]?.server_encoding as string
  if (encoding !== 'UTF8') {
    throw new ServiceError('SERVICE_STORE_UNAVAILABLE', 'The database does not keep text as UTF-8.', {
      details: { path: 'server_encoding', expected: 'UTF8', actual: encoding },
    })
  }
  await client.query('BEGIN')
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
    await client.query('CREATE TABLE IF NOT EXISTS veritee_schema (version integer NOT NULL)')
    const { rows } = await client.query<{ version: number }>('SELECT version FROM veritee_schema')
    const found = rows[0]?.version ?? 0
    const newest = POSTGRESQL_MIGRATIONS.length
    if (found > newest) {
      throw new ServiceError('SERVICE_STORE_SCHEMA_NEWER', undefined, {
        details: { path: 'veritee_schema.version', expected: `at most ${newest}`, actual: found },
      })
    }
    for (const migration of POSTGRESQL_MIGRATIONS.slice(found)) await client.query(migration)
    if (rows.length === 0) await client.query('INSERT INTO veritee_schema VALUES ($1)', [newest])
    else if (found < newest) await client.query('UPDATE veritee_schema SET version = $1', [newest])
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}
