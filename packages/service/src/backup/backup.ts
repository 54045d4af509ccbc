import { randomUUID } from 'node:crypto'
import {
  accessSync,
  constants,
  createReadStream,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { decodeBase64 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { type AuditEvent, createAuditLog } from '../audit/index.ts'
import { parseConfig, type ServiceConfig, type ServiceConfigInput } from '../config/index.ts'
import { ServiceError } from '../errors.ts'
import { claimPrivateDirectory, createFile } from '../keys/private-file.ts'
import { openStore, type Store, type StoreEntry } from '../store/index.ts'
import { decryptBackup, encryptBackup } from './container.ts'
import { KEY_FILE, type Line, writeLines } from './lines.ts'

/** So many records, or so much of them, are written at once. */
const BATCH = 200
const BATCH_BYTES = 8 * 1024 * 1024

/** What a backup holds, or what was restored. */
export interface BackupReport {
  readonly keys: number
  readonly records: number
}

export interface BackupOptions {
  readonly path: string
  readonly passphrase: string
  /** Epoch seconds. */
  readonly now: number
  /** Breaks the work off: nothing is left behind. */
  readonly signal?: AbortSignal
}

/**
 * Writes the keys and every record as of one moment into one encrypted file of mode 0600. The service may run meanwhile.
 * Under its final name the file is whole or not there.
 *
 * @throws ServiceError SERVICE_BACKUP_EXISTS, SERVICE_BACKUP_PASSPHRASE, SERVICE_BACKUP_INTERRUPTED, SERVICE_FILE_UNREADABLE, SERVICE_STORE_*, SERVICE_KEY_*
 */
export async function createBackup(
  input: ServiceConfigInput,
  { path, passphrase, now, signal }: BackupOptions,
): Promise<BackupReport> {
  const config = parseConfig(input)
  if (existsSync(path)) throw exists(path)
  const directory = keyDirectoryOf(config)
  const draft = `${path}.${randomUUID()}.draft`
  const counted = { keys: 0, records: 0 }
  const file = await createDraft(draft, path)
  let store: Store | undefined
  try {
    store = await openStore(config.store, resolve(config.dir))
    const audit = createAuditLog(store, () => now)
    // The entry comes first: no copy leaves that the log does not tell of. That it came to nothing is told too.
    await audit.record({ ...describeWork('create', path), outcome: 'done' })
    try {
      await pipeline(
        Readable.from(writeLines(store, directory, now, counted)),
        createGzip(),
        (source: AsyncIterable<Uint8Array>) => encryptBackup(source, passphrase),
        file.createWriteStream({ flush: true }),
        signal === undefined ? {} : { signal },
      )
      linkFinal(draft, path)
    } catch (cause) {
      const error =
        signal?.aborted === true ? new ServiceError('SERVICE_BACKUP_INTERRUPTED', undefined, { cause }) : cause
      const code = isCodedError(error) ? error.code : 'SERVICE_INTERNAL'
      await audit.record({ ...describeWork('create', path), outcome: 'failed', code }).catch(() => undefined)
      throw error
    }
    return { ...counted }
  } finally {
    await file.close()
    rmSync(draft, { force: true })
    await store?.close()
  }
}

function describeWork(work: 'create' | 'restore', path: string): Pick<AuditEvent, 'actor' | 'action' | 'object'> {
  return { actor: { kind: 'service', id: 'backup' }, action: `backup.${work}`, object: resolve(path).slice(-256) }
}

/** @throws ServiceError SERVICE_FILE_UNREADABLE, naming the file that was asked for */
async function createDraft(draft: string, path: string): Promise<FileHandle> {
  return open(draft, 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
    throw new ServiceError('SERVICE_FILE_UNREADABLE', `The file ${path} cannot be written: ${cause.code}.`, {
      cause,
      details: { path },
    })
  })
}

function linkFinal(draft: string, path: string): void {
  try {
    linkSync(draft, path)
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? exists(path) : error
  }
}

/**
 * Puts a backup back, into a data directory without keys and a store without records, and says so in the audit log that it puts
 * back. The whole file is checked before anything is written.
 *
 * @throws ServiceError SERVICE_FILE_UNREADABLE, SERVICE_BACKUP_EXISTS, SERVICE_BACKUP_INVALID, SERVICE_BACKUP_PASSPHRASE, SERVICE_STORE_*
 */
export async function restoreBackup(
  input: ServiceConfigInput,
  { path, passphrase, now, signal }: BackupOptions,
): Promise<BackupReport> {
  const config = parseConfig(input)
  checkReadable(path)
  const report = await checkBackup(path, passphrase, signal)
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
      let batchBytes = 0
      let madeAt = 0
      for await (const line of readBackup(path, passphrase, signal)) {
        if (line.kind === 'key')
          createFile(join(draft, line.name), line.content, line.name.endsWith('.pub') ? 0o644 : 0o600)
        if (line.kind === 'veritee') madeAt = line.time
        if (line.kind !== 'record') continue
        const value = decodeBase64(line.value)
        batch.push({ ...line, value })
        batchBytes += value.length
        if (batch.length < BATCH && batchBytes < BATCH_BYTES) continue
        await access.putAll(batch)
        batch = []
        batchBytes = 0
      }
      await access.putAll(batch)
      const event = { ...describeWork('restore', path), outcome: 'done', detail: { ...report, madeAt } } as const
      await createAuditLog(store, () => now).append(event, access)
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
async function checkBackup(path: string, passphrase: string, signal?: AbortSignal): Promise<BackupReport> {
  let [keys, records] = [0, 0]
  let end: BackupReport | undefined
  for await (const line of readBackup(path, passphrase, signal)) {
    if (line.kind === 'key') keys++
    if (line.kind === 'record') records++
    if (line.kind === 'end') end = { keys: line.keys, records: line.records }
  }
  if (end?.keys !== keys || end.records !== records) throw new ServiceError('SERVICE_BACKUP_INVALID')
  return end
}

async function* readBackup(path: string, passphrase: string, signal?: AbortSignal): AsyncGenerator<Line> {
  const plain = Readable.from(decryptBackup(createReadStream(path), passphrase)).on('error', () => undefined)
  const text = createGunzip()
  const flowing = pipeline(plain, text).catch((error: unknown) => text.destroy(error as Error))
  let first = true
  try {
    for await (const row of createInterface({ input: text })) {
      if (signal?.aborted === true) throw new ServiceError('SERVICE_BACKUP_INTERRUPTED')
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

/** @throws ServiceError SERVICE_FILE_UNREADABLE */
function checkReadable(path: string): void {
  try {
    accessSync(path, constants.R_OK)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new ServiceError('SERVICE_FILE_UNREADABLE', `The file ${path} cannot be read: ${code}.`, {
      cause,
      details: { path },
    })
  }
}

function keyDirectoryOf(config: ServiceConfig): string {
  return config.keys === undefined ? join(resolve(config.dir), 'keys') : resolve(config.keys)
}

function exists(path: string): ServiceError {
  return new ServiceError('SERVICE_BACKUP_EXISTS', undefined, { details: { path, actual: 'it is there' } })
}
