import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { boundKeys, checkStoreKey } from '../key.ts'
import {
  type CompareAndSetOptions,
  type ListOptions,
  STORE_LIST_LIMIT,
  type StoreEntry,
  type StoreFields,
  type StoreRecord,
  type WriteOptions,
} from '../store.ts'

interface Row {
  key: string
  value: Uint8Array
  version: number
  expires_at: number | null
  fields: string | null
}

/** A row as the rest of the house knows it. */
export function toRecord({ key, value, version, expires_at: expiresAt, fields }: Row): StoreRecord {
  return {
    key,
    value: new Uint8Array(value),
    version,
    ...(expiresAt === null ? {} : { expiresAt }),
    ...(fields === null ? {} : { fields: JSON.parse(fields) as StoreFields }),
  }
}

export const RECORD_COLUMNS = 'key, value, version, expires_at, fields'
type Name = 'read' | 'readRevision' | 'writeRevision' | 'write' | 'delete' | 'expire' | 'deleteUntil'

/** The statements on the record table, synchronous. Writes stand between `begin` and `finish`, in the caller's transaction. */
export class SqliteTable {
  readonly #database: DatabaseSync
  readonly #statements: Record<Name, StatementSync>
  /** Listings by the shape of their filter: there are few shapes, and preparing one costs more than running it. */
  readonly #listings = new Map<string, StatementSync>()
  #revision = 0
  #revisionAtBegin = 0

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#statements = {
      read: database.prepare(`SELECT ${RECORD_COLUMNS} FROM record WHERE key = ?`),
      readRevision: database.prepare('SELECT value FROM revision'),
      writeRevision: database.prepare('UPDATE revision SET value = ?'),
      write: database.prepare(
        `INSERT INTO record (${RECORD_COLUMNS}) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version,
           expires_at = excluded.expires_at, fields = excluded.fields`,
      ),
      delete: database.prepare('DELETE FROM record WHERE key = ?'),
      expire: database.prepare('DELETE FROM record WHERE expires_at IS NOT NULL AND expires_at <= ?'),
      deleteUntil: database.prepare('DELETE FROM record WHERE key >= ? AND key < ?'),
    }
  }

  /** Takes up the count of writes; the caller has just begun a transaction that nobody else can write beside. */
  begin(): void {
    const { value } = this.#statements.readRevision.get() as { value: number }
    this.#revision = value
    this.#revisionAtBegin = value
  }

  /** Puts the count back; the caller is about to commit. */
  finish(): void {
    if (this.#revision !== this.#revisionAtBegin) this.#statements.writeRevision.run(this.#revision)
  }

  get(key: string): StoreRecord | undefined {
    checkStoreKey(key)
    const row = this.#statements.read.get(key) as Row | undefined
    return row && toRecord(row)
  }

  put(key: string, value: Uint8Array, options: WriteOptions = {}): number {
    checkStoreKey(key)
    const { expiresAt = null, fields } = options
    const version = ++this.#revision
    this.#statements.write.run(key, value, version, expiresAt, fields === undefined ? null : JSON.stringify(fields))
    return version
  }

  putAll(entries: readonly StoreEntry[]): void {
    for (const { key, value, ...options } of entries) this.put(key, value, options)
  }

  delete(key: string): boolean {
    checkStoreKey(key)
    return this.#statements.delete.run(key).changes > 0
  }

  list(prefix: string, options: ListOptions = {}): StoreRecord[] {
    const { limit = STORE_LIST_LIMIT, descending = false, where = {} } = options
    const { least, above, below } = boundKeys(prefix, options)
    const filters = Object.entries(where)
    const statement = this.#prepareListing(filters.length, above !== undefined, below !== undefined, descending)
    const rows = statement.all(
      ...filters.flat(),
      least,
      ...[above, below].filter((bound) => bound !== undefined),
      Math.max(0, limit),
    )
    return (rows as unknown as Row[]).map(toRecord)
  }

  #prepareListing(filters: number, above: boolean, below: boolean, descending: boolean): StatementSync {
    const shape = [filters, above, below, descending].join()
    let statement = this.#listings.get(shape)
    if (statement !== undefined) return statement
    // The first field leads, walked in the order of the keys; the others are looked up for each of its records.
    const lead = filters === 0 ? 'record' : 'field AS lead JOIN record USING (key)'
    const key = filters === 0 ? 'record.key' : 'lead.key'
    const conditions = [
      ...(filters === 0 ? [] : ['lead.name = ? AND lead.value = ?']),
      ...Array.from(
        { length: Math.max(0, filters - 1) },
        () => 'EXISTS (SELECT 1 FROM field AS f WHERE f.name = ? AND f.value = ? AND f.key = lead.key)',
      ),
      `${key} >= ?`,
      ...(above ? [`${key} > ?`] : []),
      ...(below ? [`${key} < ?`] : []),
    ]
    const columns = RECORD_COLUMNS.replaceAll(/\w+/g, 'record.$&')
    statement = this.#database.prepare(
      `SELECT ${columns} FROM ${lead} WHERE ${conditions.join(' AND ')} ORDER BY ${key} ${descending ? 'DESC' : 'ASC'} LIMIT ?`,
    )
    this.#listings.set(shape, statement)
    return statement
  }

  compareAndSet(
    key: string,
    expectedVersion: number,
    value: Uint8Array,
    { along = [], ...options }: CompareAndSetOptions = {},
  ): number | undefined {
    if ((this.get(key)?.version ?? 0) !== expectedVersion) return undefined
    this.putAll(along)
    return this.put(key, value, options)
  }

  deleteExpired(now: number): number {
    return Number(this.#statements.expire.run(now).changes)
  }

  deleteUntil(prefix: string, until: string): number {
    const { below } = boundKeys(prefix, { until })
    return Number(this.#statements.deleteUntil.run(prefix, below as string).changes)
  }
}
