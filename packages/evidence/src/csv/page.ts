/** Report pages as collectors write them to files: alone, or with the certificates of the chip behind them. */
import { parseHskCek, USAGE } from './certificate/certificates.ts'
import { refuse, u32 } from './certificate/fields.ts'
import type { CsvEvidence } from './evidence-json.ts'
import { parseCsvReport } from './report/parse.ts'

const PAGE_BYTES = 4096
const CHIP_BYTES = 2916
/** Where a version 2 page states the usage of the key inside. */
const USAGE_AT = 0xb4
const PEK_USAGE_AT = 0x490 + 8

/**
 * Reads a raw report page: the used bytes, the whole page, or the page followed by the length of HSK and CEK and these
 * two. A page does not name its version; the places of its key tell, and its signature covers another length in each.
 *
 * @throws EvidenceError the codes of reports and certificates
 */
export function parseCsvPage(bytes: Uint8Array): CsvEvidence {
  const page = bytes.length > PAGE_BYTES ? bytes.subarray(0, PAGE_BYTES) : bytes
  const report = parseCsvReport(page, isExtended(page) ? 2 : 1)
  return { report, pek: report.pek, ...parseChip(bytes.subarray(page.length)) }
}

function isExtended(page: Uint8Array): boolean {
  return page.length >= PEK_USAGE_AT + 4 && u32(page, USAGE_AT) === USAGE.pek && u32(page, PEK_USAGE_AT) === USAGE.pek
}

function parseChip(rest: Uint8Array): Pick<CsvEvidence, 'hsk' | 'cek'> {
  if (rest.length === 0) return {}
  const size = rest.length < 4 ? 0 : u32(rest, 0)
  if (size !== CHIP_BYTES || rest.length !== 4 + CHIP_BYTES)
    throw refuse('CSV_REPORT_SIZE', 'report.certificates', CHIP_BYTES, size)
  return parseHskCek(rest.subarray(4))
}
