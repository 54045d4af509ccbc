import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { checkStoreKey, endOfPrefix } from '../key.ts'
import { type ListOptions, STORE_LIST_LIMIT, type StoreRecord, type WriteOptions } from '../store.ts'

interface Row {
  key: string
  value: Uint8Array
  version: number
  expires_at: number | null
}

function toRecord(row: Row): StoreRecord {
  const record = { key: row.key, value: new Uint8Array(row.value), version: row.version }
  return row.expires_at === null ? record : { ...record, expiresAt: row.expires_at }
}

/** The statements on the record table, synchronous. A write is two statements: its caller holds a transaction. */
export class SqliteTable {
  readonly #statements: Record<'read' | 'bump' | 'write' | 'delete' | 'list' | 'listAll' | 'expire', StatementSync>

  constructor(database: DatabaseSync) {
    const columns = 'key, value, version, expires_at'
    this.#statements = {
      read: database.prepare(`SELECT ${columns} FROM record WHERE key = ?`),
      bump: database.prepare('UPDATE revision SET value = value + 1 RETURNING value'),
      write: database.prepare(
        `INSERT INTO record (${columns}) VALUES (?, ?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version, expires_at = excluded.expires_at`,
      ),
      delete: database.prepare('DELETE FROM record WHERE key = ?'),
      list: database.prepare(
        `SELECT ${columns} FROM record WHERE key >= ? AND key > ? AND key < ? ORDER BY key LIMIT ?`,
      ),
      listAll: database.prepare(`SELECT ${columns} FROM record WHERE key >= ? AND key > ? ORDER BY key LIMIT ?`),
      expire: database.prepare('DELETE FROM record WHERE expires_at IS NOT NULL AND expires_at <= ?'),
    }
  }

  get(key: string): StoreRecord | undefined {
    checkStoreKey(key)
    const row = this.#statements.read.get(key) as Row | undefined
    return row && toRecord(row)
  }

  put(key: string, value: Uint8Array, options: WriteOptions = {}): number {
    checkStoreKey(key)
    const { value: version } = this.#statements.bump.get() as { value: number }
    this.#statements.write.run(key, value, version, options.expiresAt ?? null)
    return version
  }

  delete(key: string): boolean {
    checkStoreKey(key)
    return this.#statements.delete.run(key).changes > 0
  }

  list(prefix: string, options: ListOptions = {}): StoreRecord[] {
    const { after = '', limit = STORE_LIST_LIMIT } = options
    const end = endOfPrefix(prefix)
    const rows =
      end === undefined
        ? this.#statements.listAll.all(prefix, after, limit)
        : this.#statements.list.all(prefix, after, end, limit)
    return (rows as unknown as Row[]).map(toRecord)
  }

  compareAndSet(key: string, expectedVersion: number, value: Uint8Array, options?: WriteOptions): number | undefined {
    if ((this.get(key)?.version ?? 0) !== expectedVersion) return undefined
    return this.put(key, value, options)
  }

  deleteExpired(now: number): number {
    return Number(this.#statements.expire.run(now).changes)
  }
}
