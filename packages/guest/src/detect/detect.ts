import { randomUUID } from 'node:crypto'
import { access, constants, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CONFIGFS_TSM_REPORT, REPORT_FILES, type ReportFiles } from '../attester/configfs-tsm/index.ts'
import { CSV_DEVICES } from '../csv/device.ts'

/** One place that was looked at. */
export interface TeeTrace {
  readonly path: string
  /** What it would be a sign of, such as `tdx` or `sgx`. */
  readonly tee: string
  readonly role: 'report' | 'device' | 'cpu'
  readonly found: boolean
  /** What was read there, or why nothing could be. */
  readonly note?: string
}

/** What this machine seems to be. */
export interface TeeDetection {
  /** The TEE whose evidence this machine can make; absent when there is none. */
  readonly tee?: 'tdx' | 'snp' | 'cca' | 'csv'
  /** Everything that was looked at, in order. */
  readonly looked: readonly TeeTrace[]
}

export interface DetectOptions {
  /** Put before every path that is looked at, default the real root. */
  readonly root?: string
  /** Replaces the file operations on the report interface, for a fake kernel in tests. */
  readonly files?: ReportFiles
}

const PROVIDERS: Readonly<Record<string, 'tdx' | 'snp' | 'cca'>> = {
  tdx_guest: 'tdx',
  sev_guest: 'snp',
  arm_cca_guest: 'cca',
}

const DEVICES: readonly (readonly [path: string, tee: string])[] = [
  ['/dev/tdx_guest', 'tdx'],
  ['/dev/tdx-guest', 'tdx'],
  ['/dev/sev-guest', 'snp'],
  ['/dev/csv-guest', 'csv'],
  ['/dev/sgx_enclave', 'sgx'],
  ['/dev/attestation/attestation_type', 'sgx'],
  ['/dev/tpmrm0', 'tpm'],
  ['/dev/nitro_enclaves', 'nitro'],
]

const CPU_FLAGS: readonly (readonly [flag: string, tee: string])[] = [
  ['tdx_guest', 'tdx'],
  ['sev_snp', 'snp'],
  ['sgx', 'sgx'],
]

/**
 * Looks for signs of a trusted execution environment. Only the kernel's report interface makes a machine one, which for
 * Hygon CSV is a device: any other device node or a processor flag says that the hardware may be there, not that evidence
 * can be made. What is found is a hint for
 * people and for choosing an attester; it proves nothing.
 */
export async function detectTee(options: DetectOptions = {}): Promise<TeeDetection> {
  const { root = '/', files = REPORT_FILES } = options
  const report = await lookAtReport(root, files)
  const devices = await Promise.all(DEVICES.map(([path, tee]) => lookAtDevice(root, path, tee)))
  const flags = await lookAtCpu(root)
  const looked = [report.trace, ...devices, ...flags]
  const isCsv = devices.some(({ path, found, note }) => path === CSV_DEVICES[0] && found && note === undefined)
  const tee = report.tee ?? (isCsv ? 'csv' : undefined)
  return tee === undefined ? { looked } : { tee, looked }
}

async function lookAtReport(
  root: string,
  files: ReportFiles,
): Promise<{ tee?: 'tdx' | 'snp' | 'cca'; trace: TeeTrace }> {
  const path = CONFIGFS_TSM_REPORT
  const entry = join(root, path, `veritee-${randomUUID()}`)
  const base = { path, role: 'report' as const }
  try {
    await access(join(root, path))
  } catch {
    return { trace: { ...base, tee: 'tdx, snp, cca', found: false } }
  }
  try {
    await files.makeEntry(entry)
    const provider = new TextDecoder().decode(await files.read(join(entry, 'provider'), 64)).trim()
    const tee = PROVIDERS[provider]
    const trace = { ...base, tee: tee ?? 'unknown', found: true, note: `provider ${provider}` }
    return tee === undefined ? { trace } : { tee, trace }
  } catch (error) {
    const note = `present, but no entry could be made: ${(error as NodeJS.ErrnoException).code}`
    return { trace: { ...base, tee: 'unknown', found: true, note } }
  } finally {
    await files.removeEntry(entry).catch(() => undefined)
  }
}

async function lookAtDevice(root: string, path: string, tee: string): Promise<TeeTrace> {
  const base = { path, tee, role: 'device' as const }
  try {
    await access(join(root, path), constants.R_OK)
    return { ...base, found: true }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'EACCES' ? { ...base, found: true, note: 'not readable by this user' } : { ...base, found: false }
  }
}

async function lookAtCpu(root: string): Promise<TeeTrace[]> {
  const path = '/proc/cpuinfo'
  const text = await readFile(join(root, path), 'utf8').catch(() => '')
  const flags = new Set(/^flags\s*:(.*)$/m.exec(text)?.[1]?.trim().split(/\s+/))
  return CPU_FLAGS.map(([flag, tee]) => ({ path, tee, role: 'cpu', found: flags.has(flag), note: `flag ${flag}` }))
}
