import { encodeBase64 } from '@veritee/codec/bytes'
import type { Attester } from '../attester.ts'
import { CCEL_TABLE, readEventLog } from '../event-log.ts'
import type { ReportFiles } from './files.ts'
import { CONFIGFS_TSM_REPORT, readTsmReport } from './report-entry.ts'

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
      const { outblob: quote } = await readTsmReport(baseDir, 'tdx_guest', reportData, files)
      const eventLog = await readEventLog(eventLogPath)
      return { quote: encodeBase64(quote), cc_eventlog: eventLog === undefined ? null : encodeBase64(eventLog) }
    },
  }
}
