import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GuestError } from '../../errors.ts'
import { REPORT_FILES, type ReportFiles } from './files.ts'

/** Where the kernel shows its report interface. */
export const CONFIGFS_TSM_REPORT = '/sys/kernel/config/tsm/report'

/** Evidence is at most one buffer of the kernel; what comes beyond is no quote. */
const MAX_OUTBLOB_BYTES = 32 * 1024
/** What a host gives beside a report is a few certificates. */
const MAX_AUXBLOB_BYTES = 64 * 1024
const MAX_WORD_BYTES = 64
const BUSY_ATTEMPTS = 5
const BUSY_PAUSE_MS = 200

/** What the kernel answered with. */
export interface TsmReport {
  /** The report: for TDX a quote, not judged here. */
  readonly outblob: Uint8Array
  /** What the host gave beside it, unverified: for SEV-SNP a table of certificates. Absent where there is none. */
  readonly auxblob?: Uint8Array
}

/**
 * Asks the kernel for one report through an entry of its own: make the directory, check the provider, write the report
 * data, read the report, check that nobody else wrote in between, remove the directory (Linux ABI configfs-tsm).
 *
 * @param provider what the attribute `provider` must say, such as `tdx_guest`
 * @throws GuestError GUEST_ATTESTER_*
 */
export async function readTsmReport(
  baseDir: string,
  provider: string,
  reportData: Uint8Array,
  files: ReportFiles = REPORT_FILES,
): Promise<TsmReport> {
  checkReportData(reportData)
  const entry = join(baseDir, `veritee-${randomUUID()}`)
  await files.makeEntry(entry).catch(describeFailure('GUEST_ATTESTER_UNAVAILABLE', entry))
  try {
    await checkWord(files, join(entry, 'provider'), provider, 'GUEST_ATTESTER_PROVIDER_MISMATCH')
    await writeInblob(files, join(entry, 'inblob'), reportData)
    const outblob = await readOutblob(files, join(entry, 'outblob'))
    const auxblob = await readAuxblob(files, join(entry, 'auxblob'))
    // A fresh entry counts one write: ours.
    await checkWord(files, join(entry, 'generation'), '1', 'GUEST_ATTESTER_RACED')
    return { outblob, ...(auxblob === undefined ? {} : { auxblob }) }
  } finally {
    await files.removeEntry(entry).catch(() => undefined)
  }
}

function checkReportData(reportData: Uint8Array): void {
  if (reportData.length >= 1 && reportData.length <= 64) return
  throw new GuestError('GUEST_ATTESTER_REPORT_DATA_INVALID', undefined, {
    details: { path: 'reportData', expected: '1 to 64 bytes', actual: `${reportData.length} bytes` },
  })
}

async function checkWord(
  files: ReportFiles,
  path: string,
  expected: string,
  code: 'GUEST_ATTESTER_PROVIDER_MISMATCH' | 'GUEST_ATTESTER_RACED',
): Promise<void> {
  const bytes = await files.read(path, MAX_WORD_BYTES).catch(describeFailure('GUEST_ATTESTER_QUOTE_FAILED', path))
  const actual = new TextDecoder().decode(bytes).trim()
  if (actual !== expected) throw new GuestError(code, undefined, { details: { path, expected, actual } })
}

async function writeInblob(files: ReportFiles, path: string, reportData: Uint8Array): Promise<void> {
  await retryWhileBusy(() => files.write(path, reportData)).catch(describeFailure('GUEST_ATTESTER_QUOTE_FAILED', path))
}

async function readOutblob(files: ReportFiles, path: string): Promise<Uint8Array> {
  const outblob = await retryWhileBusy(() => files.read(path, MAX_OUTBLOB_BYTES)).catch(
    describeFailure('GUEST_ATTESTER_QUOTE_FAILED', path),
  )
  if (outblob.length > 0 && outblob.length <= MAX_OUTBLOB_BYTES) return outblob
  throw new GuestError('GUEST_ATTESTER_QUOTE_FAILED', undefined, {
    details: { path, expected: `1 to ${MAX_OUTBLOB_BYTES} bytes`, actual: `${outblob.length} bytes` },
  })
}

/** Evidence is whole without it, and some kernels have no such attribute. */
async function readAuxblob(files: ReportFiles, path: string): Promise<Uint8Array | undefined> {
  try {
    const auxblob = await files.read(path, MAX_AUXBLOB_BYTES)
    return auxblob.length > 0 && auxblob.length <= MAX_AUXBLOB_BYTES ? auxblob : undefined
  } catch {
    return undefined
  }
}

async function retryWhileBusy<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if ((code !== 'EBUSY' && code !== 'EINTR') || attempt === BUSY_ATTEMPTS) throw error
      await sleep(BUSY_PAUSE_MS)
    }
  }
}

function describeFailure(
  code: 'GUEST_ATTESTER_UNAVAILABLE' | 'GUEST_ATTESTER_QUOTE_FAILED',
  path: string,
): (cause: NodeJS.ErrnoException) => never {
  return (cause) => {
    const permission = cause.code === 'EACCES' || cause.code === 'EPERM' || cause.code === 'EROFS'
    throw new GuestError(permission ? 'GUEST_ATTESTER_PERMISSION' : code, undefined, {
      cause,
      details: { path, actual: cause.code },
    })
  }
}
