import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { ServiceError } from '../../errors.ts'
import type { StoreRecord } from '../store.ts'
import { RECORD_COLUMNS, toRecord } from './table.ts'

const PAGE = 200

/**
 * Reads every record as of one moment, over a connection of its own: writers go on meanwhile.
 *
 * @throws ServiceError SERVICE_STORE_UNAVAILABLE
 */
export async function* readSnapshot(path: string, busyTimeoutMs: number): AsyncGenerator<StoreRecord> {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs })
    database.exec('BEGIN')
    const page = database.prepare(`SELECT ${RECORD_COLUMNS} FROM record WHERE key > ? ORDER BY key LIMIT ${PAGE}`)
    for (let after = ''; ; ) {
      const rows = page.all(after) as unknown as Parameters<typeof toRecord>[0][]
      for (const row of rows) yield toRecord(row)
      const last = rows.at(-1)
      if (last === undefined) return
      after = last.key
      // The process answers requests between two pages.
      await setImmediate()
    }
  } catch (cause) {
    if ((cause as { code?: string }).code !== 'ERR_SQLITE_ERROR') throw cause
    throw new ServiceError('SERVICE_STORE_UNAVAILABLE', undefined, { cause })
  } finally {
    database?.close()
  }
}
