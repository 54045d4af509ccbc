import { readFile } from 'node:fs/promises'

/** Where the firmware's confidential-computing event log is. */
export const CCEL_TABLE = '/sys/firmware/acpi/tables/data/CCEL'

const MAX_EVENT_LOG_BYTES = 1024 * 1024

/** A log that cannot be read leaves the evidence without one: whether that is enough is for the verifier to say. */
export async function readEventLog(path: string): Promise<Uint8Array | undefined> {
  try {
    const log = new Uint8Array(await readFile(path))
    return log.length > 0 && log.length <= MAX_EVENT_LOG_BYTES ? log : undefined
  } catch {
    return undefined
  }
}
