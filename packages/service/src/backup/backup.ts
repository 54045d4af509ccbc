import { randomUUID } from 'node:crypto'
import {
  createReadStream,
  createWriteStream,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { decodeBase64, encodeBase64 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { createAuditLog } from '../audit/index.ts'
import { parseConfig, type ServiceConfig, type ServiceConfigInput } from '../config/index.ts'
import { ServiceError } from '../errors.ts'
import { claimPrivateDirectory, createFile, readGuardedFile } from '../keys/private-file.ts'
import { openStore, type Store, type StoreEntry } from '../store/index.ts'
import { decryptBackup, encryptBackup } from './container.ts'

const KEY_FILE = /^[a-z]+(?:\.\d{1,11})?\.(?:pem|pub|key)$/
/** What is worthless soon: sessions carry tokens, buckets of limits are full again. */
const LEFT_OUT = /^(?:session|limit)\//
const BATCH = 200

/** What a backup holds, or what was restored. */
export interface BackupReport {
  readonly keys: number
  readonly records: number
}

type Line =
  | { readonly kind: 'veritee'; readonly format: 1; readonly time: number }
  | { readonly kind: 'key'; readonly name: string; readonly content: string }
  | ({ readonly kind: 'record'; readonly value: string } & Omit<StoreEntry, 'value'>)
  | { readonly kind: 'end'; readonly keys: number; readonly records: number }

export interface BackupOptions {
  readonly path: string
  readonly passphrase: string
  /** Epoch seconds. */
  readonly now: number
}

/**
 * Writes the keys and every record as of one moment into one encrypted file of mode 0600. The service may run meanwhile.
 * Under its final name the file is whole or not there.
 *
 * @throws ServiceError SERVICE_BACKUP_EXISTS, SERVICE_BACKUP_PASSPHRASE, SERVICE_STORE_*, SERVICE_KEY_*
 */
export async function createBackup(
  input: ServiceConfigInput,
  { path, passphrase, now }: BackupOptions,
): Promise<BackupReport> {
  const config = parseConfig(input)
  if (existsSync(path)) throw exists(path)
  const directory = keyDirectoryOf(config)
  const store = await openStore(config.store, resolve(config.dir))
  const draft = `${path}.${randomUUID()}.draft`
  const counted = { keys: 0, records: 0 }
  try {
    await createAuditLog(store, () => now).record({
      actor: { kind: 'service', id: 'backup' },
      action: 'backup.create',
      object: path.slice(-256),
      outcome: 'done',
    })
    await pipeline(
      Readable.from(writeLines(store, directory, now, counted)),
      createGzip(),
      (source: AsyncIterable<Uint8Array>) => encryptBackup(source, passphrase),
      createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true }),
    )
    linkFinal(draft, path)
    return { ...counted }
  } finally {
    rmSync(draft, { force: true })
    await store.close()
  }
}

function linkFinal(draft: string, path: string): void {
  try {
    linkSync(draft, path)
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? exists(path) : error
  }
}

async function* writeLines(
  store: Store,
  directory: string,
  time: number,
  counted: { keys: number; records: number },
): AsyncGenerator<string> {
  const line = (value: Line) => `${JSON.stringify(value)}\n`
  yield line({ kind: 'veritee', format: 1, time })
  for (const name of readdirSync(directory)
    .filter((file) => KEY_FILE.test(file))
    .sort()) {
    counted.keys++
    yield line({ kind: 'key', name, content: readGuardedFile(join(directory, name)) })
  }
  for await (const { key, value, expiresAt, fields } of store.snapshot()) {
    if (LEFT_OUT.test(key)) continue
    counted.records++
    yield line({ kind: 'record', key, value: encodeBase64(value), expiresAt, fields })
  }
  yield line({ kind: 'end', ...counted })
}

/**
 * Puts a backup back, into a data directory without keys and a store without records. The whole file is checked before
 * anything is written.
 *
 * @throws ServiceError SERVICE_BACKUP_EXISTS, SERVICE_BACKUP_INVALID, SERVICE_BACKUP_PASSPHRASE, SERVICE_STORE_*
 */
export async function restoreBackup(
  input: ServiceConfigInput,
  { path, passphrase }: Omit<BackupOptions, 'now'>,
): Promise<BackupReport> {
  const config = parseConfig(input)
  const report = await checkBackup(path, passphrase)
  const directory = keyDirectoryOf(config)
  if (existsSync(directory) && readdirSync(directory).length > 0) throw exists(directory)
  claimPrivateDirectory(resolve(config.dir))
  const store = await openStore(config.store, resolve(config.dir))
  const draft = `${directory}.${randomUUID()}.draft`
  try {
    mkdirSync(draft, { recursive: true, mode: 0o700 })
    await store.transaction(async (access) => {
      if ((await access.list('', { limit: 1 })).length > 0) throw exists('store')
      let batch: StoreEntry[] = []
      for await (const line of readBackup(path, passphrase)) {
        if (line.kind === 'key')
          createFile(join(draft, line.name), line.content, line.name.endsWith('.pub') ? 0o644 : 0o600)
        if (line.kind === 'record') batch.push({ ...line, value: decodeBase64(line.value) })
        if (batch.length < BATCH) continue
        await access.putAll(batch)
        batch = []
      }
      await access.putAll(batch)
      if (existsSync(directory)) rmSync(directory, { recursive: true })
      renameSync(draft, directory)
    })
    return report
  } finally {
    rmSync(draft, { recursive: true, force: true })
    await store.close()
  }
}

/** Reads a backup to its end without keeping anything: it opens, is whole, and counts what it says it holds. */
async function checkBackup(path: string, passphrase: string): Promise<BackupReport> {
  let [keys, records] = [0, 0]
  let end: BackupReport | undefined
  for await (const line of readBackup(path, passphrase)) {
    if (line.kind === 'key') keys++
    if (line.kind === 'record') records++
    if (line.kind === 'end') end = { keys: line.keys, records: line.records }
  }
  if (end?.keys !== keys || end.records !== records) throw new ServiceError('SERVICE_BACKUP_INVALID')
  return end
}

async function* readBackup(path: string, passphrase: string): AsyncGenerator<Line> {
  const plain = Readable.from(decryptBackup(createReadStream(path), passphrase)).on('error', () => undefined)
  const text = createGunzip()
  const flowing = pipeline(plain, text).catch((error: unknown) => text.destroy(error as Error))
  let first = true
  try {
    for await (const row of createInterface({ input: text })) {
      const line = JSON.parse(row) as Line
      if (first && (line.kind !== 'veritee' || line.format !== 1)) throw new ServiceError('SERVICE_BACKUP_INVALID')
      if (line.kind === 'key' && !KEY_FILE.test(line.name)) throw new ServiceError('SERVICE_BACKUP_INVALID')
      first = false
      yield line
    }
    await flowing
    if (text.errored !== null) throw text.errored
  } catch (cause) {
    const reason = text.errored ?? cause
    throw isCodedError(reason)
      ? reason
      : new ServiceError('SERVICE_BACKUP_INVALID', undefined, { cause: reason, details: { path } })
  }
}

function keyDirectoryOf(config: ServiceConfig): string {
  return config.keys === undefined ? join(resolve(config.dir), 'keys') : resolve(config.keys)
}

function exists(path: string): ServiceError {
  return new ServiceError('SERVICE_BACKUP_EXISTS', undefined, { details: { path, actual: 'it is there' } })
}
