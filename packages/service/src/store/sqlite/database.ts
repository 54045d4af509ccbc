import { closeSync, openSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { ServiceError } from '../../errors.ts'
import { SQLITE_MIGRATIONS } from './migrations.ts'

const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6

/** Tells whether SQLite refused because another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode
  return code !== undefined && ((code & 0xff) === SQLITE_BUSY || (code & 0xff) === SQLITE_LOCKED)
}

/**
 * Makes the file with mode 0600, or refuses one that others may read. SQLite gives its `-wal` and `-shm` files the same mode.
 *
 * @throws ServiceError SERVICE_KEY_PERMISSIONS, SERVICE_STORE_UNAVAILABLE
 */
export function claimDatabaseFile(path: string): void {
  try {
    // A file that is there is not opened: closing it would take the locks of whatever else in this process has it open.
    closeSync(openSync(path, 'wx', 0o600))
  } catch (cause) {
    if ((cause as { code?: string }).code !== 'EEXIST') {
      throw new ServiceError('SERVICE_STORE_UNAVAILABLE', `The store file ${path} cannot be opened.`, {
        cause,
        details: { path },
      })
    }
  }
  const mode = statSync(path).mode & 0o777
  if (mode & 0o077) {
    throw new ServiceError('SERVICE_KEY_PERMISSIONS', `Other users may read the store: run chmod 600 ${path}`, {
      details: { path, expected: '0600', actual: `0${mode.toString(8)}` },
    })
  }
}

/**
 * Opens the file for write-ahead mode. A commit is in the log but not sure to be on the disk: `WriteAheadLog` waits for that.
 * Waiting for locks is left to the caller, who can wait without blocking the process. */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 0 })
  database.exec('PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;')
  return database
}

/**
 * Brings the schema up to the newest migration, each inside the one transaction that also records its number.
 *
 * @throws ServiceError SERVICE_STORE_SCHEMA_NEWER
 */
export function migrateDatabase(database: DatabaseSync): void {
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('BEGIN IMMEDIATE')
  try {
    const { user_version: found } = database.prepare('PRAGMA user_version').get() as { user_version: number }
    const newest = SQLITE_MIGRATIONS.length
    if (found > newest) {
      throw new ServiceError('SERVICE_STORE_SCHEMA_NEWER', undefined, {
        details: { path: 'user_version', expected: `at most ${newest}`, actual: found },
      })
    }
    for (const migration of SQLITE_MIGRATIONS.slice(found)) database.exec(migration)
    if (found < newest) database.exec(`PRAGMA user_version = ${newest}`)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
