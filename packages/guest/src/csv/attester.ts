import { equalBytes } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import { type CsvReport, closeCsvReport, encodeCsvEvidence, parseCsvReport } from '@veritee/evidence/csv'
import type { Attester, EvidenceJson } from '../attester/attester.ts'
import { CCEL_TABLE, readEventLog } from '../attester/event-log.ts'
import { GuestError } from '../errors.ts'
import { type CsvDeviceOptions, readCsvPage } from './device.ts'
import { encodeCsvRequest } from './request.ts'

const REPORT_DATA_BYTES = 64
const SERIAL_NUMBER_BYTES = 64

export interface CsvAttesterOptions extends CsvDeviceOptions {
  /** The event log, default `/sys/firmware/acpi/tables/data/CCEL`; evidence goes without one when it is absent. */
  readonly eventLogPath?: string
}

/** A page that may leave the guest. */
interface ClosedReport {
  readonly version: 1 | 2
  readonly page: Uint8Array
  readonly report: CsvReport
}

/**
 * Evidence of a Hygon CSV guest: `{"attestation_report", "cert_chain", "serial_number", "cc_eventlog"}` (key broker
 * protocol, evidence of `csv`), without HSK and CEK: the verifier fetches them by the serial number. A report of version 2
 * is asked for, and one of version 1 taken from firmware that has no other. Its nonce and its MAC are checked, which only
 * the guest can do, and the sealing key of the guest is removed. `collect` throws GuestError GUEST_ATTESTER_*.
 */
export function createCsvAttester(options: CsvAttesterOptions = {}): Attester {
  const { eventLogPath = CCEL_TABLE } = options
  return {
    tee: 'csv',
    async collect(reportData) {
      const { version, page, report } = await readReport(fillField(reportData), options)
      const eventLog = await readEventLog(eventLogPath)
      const evidence = encodeCsvEvidence({
        version,
        page,
        pek: report.pek.bytes,
        serialNumber: padSerialNumber(report.serialNumber),
        ...(eventLog === undefined ? {} : { eventLog }),
      })
      return parseJson(JSON.stringify(evidence)) as EvidenceJson
    },
  }
}

function fillField(reportData: Uint8Array): Uint8Array {
  if (reportData.length < 1 || reportData.length > REPORT_DATA_BYTES) {
    throw new GuestError('GUEST_ATTESTER_REPORT_DATA_INVALID', undefined, {
      details: { path: 'reportData', expected: '1 to 64 bytes', actual: `${reportData.length} bytes` },
    })
  }
  const field = new Uint8Array(REPORT_DATA_BYTES)
  field.set(reportData)
  return field
}

/** Firmware without version 2 refuses the longer request, or answers it with a report of version 1. */
async function readReport(field: Uint8Array, options: CsvDeviceOptions): Promise<ClosedReport> {
  const mnonce = crypto.getRandomValues(new Uint8Array(16))
  const page = await readCsvPage(encodeCsvRequest(field, mnonce, 2), options).catch((error: unknown) => {
    if (!isCodedError(error)) throw error
    return readCsvPage(encodeCsvRequest(field, mnonce, 1), options)
  })
  const closed = closeReport(page, mnonce)
  if (!equalBytes(closed.report.mnonce, mnonce) || !equalBytes(closed.report.reportData, field))
    throw failed('csv.mnonce', 'the nonce and the report data that were asked with')
  return closed
}

/** The MAC holds in the version that the page is of, and in no other. */
function closeReport(page: Uint8Array, mnonce: Uint8Array): ClosedReport {
  let refusal: unknown
  for (const version of [2, 1] as const) {
    try {
      const closed = closeCsvReport(page, version, mnonce)
      return { version, page: closed, report: parseCsvReport(closed, version) }
    } catch (error) {
      if (!isCodedError(error)) throw error
      refusal = error
    }
  }
  throw failed('csv.mac', 'a report whose MAC holds', refusal)
}

function padSerialNumber(text: string): Uint8Array {
  const padded = new Uint8Array(SERIAL_NUMBER_BYTES)
  padded.set(new TextEncoder().encode(text))
  return padded
}

function failed(path: string, expected: string, cause?: unknown): GuestError {
  return new GuestError('GUEST_ATTESTER_QUOTE_FAILED', 'The secure processor gave another report than was asked for.', {
    details: { path, expected },
    cause,
  })
}
