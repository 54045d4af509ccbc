import { readFile } from 'node:fs/promises'
import { encodeBase64 } from '@veritee/codec/bytes'
import type { Attester } from '../attester.ts'
import type { ReportFiles } from './files.ts'
import { CONFIGFS_TSM_REPORT, readTsmReport } from './report-entry.ts'

/** Where the firmware's confidential-computing event log is. */
const CCEL_TABLE = '/sys/firmware/acpi/tables/data/CCEL'

const MAX_EVENT_LOG_BYTES = 1024 * 1024

export interface TdxAttesterOptions {
  /** Directory of the report interface, default `/sys/kernel/config/tsm/report`. */
  readonly baseDir?: string
  /** The event log, default `/sys/firmware/acpi/tables/data/CCEL`; evidence goes without one when it is absent. */
  readonly eventLogPath?: string
  /** Replaces the file operations, for a fake kernel in tests. */
  readonly files?: ReportFiles
}

/**
 * Evidence of an Intel TDX guest from the kernel: `{"quote", "cc_eventlog"}`, standard base64 (key broker protocol,
 * evidence of `tdx`). The quote is not judged here. `collect` throws GuestError GUEST_ATTESTER_*.
 */
export function createTdxAttester(options: TdxAttesterOptions = {}): Attester {
  const { baseDir = CONFIGFS_TSM_REPORT, eventLogPath = CCEL_TABLE, files } = options
  return {
    tee: 'tdx',
    async collect(reportData) {
      const quote = await readTsmReport(baseDir, 'tdx_guest', reportData, files)
      return { quote: encodeBase64(quote), cc_eventlog: await readEventLog(eventLogPath) }
    },
  }
}

/** A log that cannot be read leaves the evidence without one: whether that is enough is for the verifier to say. */
async function readEventLog(path: string): Promise<string | null> {
  try {
    const log = new Uint8Array(await readFile(path))
    return log.length > 0 && log.length <= MAX_EVENT_LOG_BYTES ? encodeBase64(log) : null
  } catch {
    return null
  }
}
