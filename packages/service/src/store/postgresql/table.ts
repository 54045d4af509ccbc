import { boundKeys, checkStoreKey, compareStoreKeys } from '../key.ts'
import {
  type CompareAndSetOptions,
  type ListOptions,
  STORE_LIST_LIMIT,
  type StoreAccess,
  type StoreEntry,
  type StoreFields,
  type StoreRecord,
  type WriteOptions,
} from '../store.ts'

/** A row as the database gives it: 64-bit numbers come as text. */
interface Row {
  key: string
  value: Buffer
  version: string
  expires_at: string | null
  fields: StoreFields | null
}

/** Runs one statement; `name` lets the server keep its plan. */
export type RunQuery = (query: {
  name: string
  text: string
  values: unknown[]
}) => Promise<{ rows: unknown[]; rowCount: number | null }>

export const RECORD_COLUMNS = 'key, value, version, expires_at, fields'

export function toRecord(row: unknown): StoreRecord {
  const { key, value, version, expires_at: expiresAt, fields } = row as Row
  return {
    key,
    value: new Uint8Array(value),
    version: Number(version),
    ...(expiresAt === null ? {} : { expiresAt: Number(expiresAt) }),
    ...(fields === null ? {} : { fields }),
  }
}

const PUT = `INSERT INTO veritee_record (${RECORD_COLUMNS}) VALUES ($1, $2, nextval('veritee_revision'), $3, $4)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version,
    expires_at = excluded.expires_at, fields = excluded.fields
  RETURNING version`
/** @param first number of the first of four parameters: keys, values, ends, fields */
const putAll = (first: number, condition = ''): string => `INSERT INTO veritee_record (${RECORD_COLUMNS})
  SELECT k, v, nextval('veritee_revision'), e, f::jsonb
  FROM unnest($${first}::text[], $${first + 1}::bytea[], $${first + 2}::bigint[], $${first + 3}::text[]) AS given (k, v, e, f)
  ${condition} ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version,
    expires_at = excluded.expires_at, fields = excluded.fields`
const PUT_ALL = putAll(1)
const CLAIM = `INSERT INTO veritee_record (${RECORD_COLUMNS}) VALUES ($1, $2, nextval('veritee_revision'), $3, $4)
  ON CONFLICT (key) DO NOTHING RETURNING version`
const SWAP = `UPDATE veritee_record SET value = $2, version = nextval('veritee_revision'), expires_at = $3, fields = $4
  WHERE key = $1 AND version = $5 RETURNING version`
const along = (write: string, first: number): string =>
  `WITH won AS (${write}), others AS (${putAll(first, 'WHERE EXISTS (SELECT FROM won)')}) SELECT version FROM won`
const CLAIM_ALONG = along(CLAIM, 5)
const SWAP_ALONG = along(SWAP, 6)

const encodeFields = (fields: StoreFields | undefined): string | null =>
  fields === undefined ? null : JSON.stringify(fields)
const asBuffer = (value: Uint8Array): Buffer => Buffer.from(value.buffer, value.byteOffset, value.byteLength)

/** One order for everyone: two writers of the same keys wait for each other instead of blocking each other. */
function listColumns(entries: readonly StoreEntry[]): unknown[] {
  const sorted = [...entries].sort((a, b) => compareStoreKeys(a.key, b.key))
  return [
    sorted.map(({ key }) => key),
    sorted.map(({ value }) => asBuffer(value)),
    sorted.map(({ expiresAt }) => expiresAt ?? null),
    sorted.map(({ fields }) => encodeFields(fields)),
  ]
}

/** The statements on the record table. Each is one statement, and so all or nothing by itself. */
export class PostgresqlTable implements StoreAccess {
  readonly #run: RunQuery

  constructor(run: RunQuery) {
    this.#run = run
  }

  async get(key: string): Promise<StoreRecord | undefined> {
    checkStoreKey(key)
    const text = `SELECT ${RECORD_COLUMNS} FROM veritee_record WHERE key = $1`
    const { rows } = await this.#run({ name: 'get', text, values: [key] })
    return rows[0] === undefined ? undefined : toRecord(rows[0])
  }

  async put(key: string, value: Uint8Array, options: WriteOptions = {}): Promise<number> {
    return (await this.#write('put', PUT, key, value, options)) as number
  }

  async putAll(entries: readonly StoreEntry[]): Promise<void> {
    for (const { key } of entries) checkStoreKey(key)
    if (entries.length === 0) return
    await this.#run({ name: 'put-all', text: PUT_ALL, values: listColumns(entries) })
  }

  async delete(key: string): Promise<boolean> {
    checkStoreKey(key)
    const text = 'DELETE FROM veritee_record WHERE key = $1'
    return ((await this.#run({ name: 'delete', text, values: [key] })).rowCount ?? 0) > 0
  }

  async list(prefix: string, options: ListOptions = {}): Promise<StoreRecord[]> {
    const { limit = STORE_LIST_LIMIT, descending = false, where } = options
    const { least, above, below } = boundKeys(prefix, options)
    const filter = where === undefined || Object.keys(where).length === 0 ? undefined : JSON.stringify(where)
    const values: unknown[] = [least]
    const shape: string[] = []
    const condition = (what: string, value: unknown, clause: string) => {
      if (value === undefined) return ''
      values.push(value)
      shape.push(what)
      return ` AND ${clause.replace('?', `$${values.length}`)}`
    }
    const conditions =
      condition('above', above, 'key > ?') +
      condition('below', below, 'key < ?') +
      condition('where', filter, 'fields @> ?::jsonb')
    values.push(Math.max(0, limit))
    const order = descending ? 'DESC' : 'ASC'
    const text = `SELECT ${RECORD_COLUMNS} FROM veritee_record WHERE key >= $1${conditions} ORDER BY key ${order} LIMIT $${values.length}`
    const { rows } = await this.#run({ name: `list-${order}-${shape.join('-')}`, text, values })
    return rows.map(toRecord)
  }

  async compareAndSet(
    key: string,
    expectedVersion: number,
    value: Uint8Array,
    { along = [], ...options }: CompareAndSetOptions = {},
  ): Promise<number | undefined> {
    for (const entry of along) checkStoreKey(entry.key)
    const others = along.length === 0 ? [] : listColumns(along)
    if (expectedVersion === 0) {
      const [name, text] = along.length === 0 ? ['claim', CLAIM] : ['claim-along', CLAIM_ALONG]
      return this.#write(name, text, key, value, options, ...others)
    }
    const [name, text] = along.length === 0 ? ['swap', SWAP] : ['swap-along', SWAP_ALONG]
    return this.#write(name, text, key, value, options, expectedVersion, ...others)
  }

  async deleteExpired(now: number): Promise<number> {
    const text = 'DELETE FROM veritee_record WHERE expires_at IS NOT NULL AND expires_at <= $1'
    return (await this.#run({ name: 'expire', text, values: [now] })).rowCount ?? 0
  }

  async deleteUntil(prefix: string, until: string): Promise<number> {
    const { least, below } = boundKeys(prefix, { until })
    const text = 'DELETE FROM veritee_record WHERE key >= $1 AND key < $2'
    return (await this.#run({ name: 'delete-until', text, values: [least, below] })).rowCount ?? 0
  }

  async #write(
    name: string,
    text: string,
    key: string,
    value: Uint8Array,
    { expiresAt, fields }: WriteOptions,
    ...more: unknown[]
  ): Promise<number | undefined> {
    checkStoreKey(key)
    const { rows } = await this.#run({
      name,
      text,
      values: [key, asBuffer(value), expiresAt ?? null, encodeFields(fields), ...more],
    })
    const [row] = rows as { version: string }[]
    return row === undefined ? undefined : Number(row.version)
  }
}
