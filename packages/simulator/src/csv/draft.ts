import { concatBytes } from '@veritee/codec/bytes'
import type { CsvRoot } from '@veritee/evidence/csv'
import type { CsvCertificates, CsvKeys } from './authorities.ts'
import { encodeAuthority, encodePlatform } from './certificates.ts'
import { type CsvReportTemplate, encodeReport } from './report.ts'

/** A report and its chain before anything is signed. Every member may be changed to break precisely one thing. */
export interface CsvDraft {
  readonly keys: CsvKeys
  certificates: CsvCertificates
  report: Omit<CsvReportTemplate, 'pek'>
  eventLog?: Uint8Array
  root: CsvRoot
}

/** What a verifier is given. */
export interface CsvCase {
  version: 1 | 2 | 3
  /** 4096 bytes. */
  page: Uint8Array
  /** The PEK beside the report. */
  pek: Uint8Array
  /** HSK and CEK as the key distribution service gives them, 2916 bytes; absent where nobody fetched them. */
  hskCek?: Uint8Array
  /** The serial number beside the report, 64 bytes. */
  serialNumber: Uint8Array
  eventLog?: Uint8Array
  /** Evidence JSON, which then stands in for the members above. */
  evidence?: unknown
  root: CsvRoot
}

/** Signs everything in a draft. */
export function assembleDraft({ certificates, report, eventLog, root }: CsvDraft): CsvCase {
  const pek = encodePlatform(certificates.pek)
  return {
    version: report.version,
    page: encodeReport({ ...report, pek }),
    pek,
    hskCek: concatBytes(encodeAuthority(certificates.hsk), encodePlatform(certificates.cek)),
    serialNumber: report.serialNumber,
    ...(eventLog === undefined ? {} : { eventLog }),
    root,
  }
}
