/** Evidence that is broken in precisely one way, for every way that verification knows. */
import { encodeCsvEvidence } from '../evidence.ts'
import { encodeSerialNumber } from '../report.ts'
import { createCsvWorld } from '../world.ts'
import { breakCase, breakDraft, type CsvBreakage } from './types.ts'

export type { CsvBreakage } from './types.ts'

/** Where a version 1 page holds its measurement, its padding, its sealing key. */
const MEASURE_AT = 0x90
const PADDING_AT = 0x9f4
const SEALING_KEY_AT = 0x9b4

const REPORT: readonly CsvBreakage[] = [
  breakCase('CSV_EVIDENCE_JSON', 'The evidence JSON names no certificates.', (made) => {
    const { cert_chain: _, ...rest } = encodeCsvEvidence(made)
    made.evidence = rest
  }),
  breakCase('CSV_REPORT_SIZE', 'The page is cut short.', (made) => {
    made.page = made.page.slice(0, -1)
  }),
  breakCase('CSV_REPORT_FORMAT', 'The wrapper names a format that does not exist.', (made) => {
    made.evidence = {
      ...encodeCsvEvidence(made),
      attestation_report: { magic: new Array(16).fill(7), flags: 1, data: [...made.page] },
    }
  }),
  breakCase('CSV_REPORT_RESERVED', 'A byte behind the report is not zero.', (made) => {
    made.page = made.page.with(PADDING_AT, 1)
  }),
  breakDraft('CSV_REPORT_USAGE', 'The report says that the CEK signed it.', () => {}, { signatureUsage: 0x1004 }),
  breakCase('CSV_SEALING_KEY_PRESENT', 'The sealing key of the guest is still inside.', (made) => {
    made.page = made.page.with(SEALING_KEY_AT, 1)
  }),
  breakCase('CSV_MAC_INVALID', 'A page as the firmware wrote it, with another sealing key inside.', (made, world) => {
    const page = world.issueFirmwareReport()
    made.page = page.with(SEALING_KEY_AT, page[SEALING_KEY_AT]! ^ 1)
  }),
  breakCase('CSV_SERIAL_NUMBER', 'The evidence names another chip than the report.', (made) => {
    made.serialNumber = encodeSerialNumber('SIMULATED0002')
  }),
  breakCase('CSV_PEK_MISMATCH', 'The PEK beside the report is that of another world.', (made, { recipe }) => {
    const other = createCsvWorld({ now: recipe.createdAt, seed: `not ${recipe.seed}` })
    made.pek = other.platformChain.subarray(2084, 2 * 2084)
  }),
  breakCase('CSV_SIGNATURE_INVALID', 'One bit of the measurement was changed after signing.', (made) => {
    made.page = made.page.with(MEASURE_AT, made.page[MEASURE_AT]! ^ 1)
  }),
  breakDraft('CSV_RTMR_MISMATCH', 'Register 0 is not the launch measurement.', () => {}, {
    version: 2,
    rtmr0: 'ab'.repeat(32),
  }),
]

const CHAIN: readonly CsvBreakage[] = [
  breakDraft('CSV_CERTIFICATE_MALFORMED', 'The HSK is of a version that does not exist.', ({ certificates }) => {
    certificates.hsk.version = 9
  }),
  breakDraft('CSV_CERTIFICATE_ROLE', 'The HSK says that it is a root.', ({ certificates }) => {
    certificates.hsk.usage = 0
  }),
  breakDraft('CSV_CERTIFICATE_KEY', 'The CEK is for key exchange.', ({ certificates }) => {
    certificates.cek.algorithm = 5
  }),
  breakCase('CSV_CHAIN_INCOMPLETE', 'Nobody gave HSK and CEK.', (made) => {
    delete made.hskCek
  }),
  breakDraft('CSV_CHAIN_ROOT', 'The HSK was issued by another root.', ({ certificates }) => {
    certificates.hsk.certifyingId = new Uint8Array(16).fill(7)
  }),
  breakDraft('CSV_CHAIN_ISSUER', 'The CEK was issued by another HSK.', ({ certificates }) => {
    certificates.cek.issuerId = new Uint8Array(16).fill(7)
  }),
  breakDraft('CSV_CHAIN_SIGNATURE', 'The CEK is signed by a stranger.', ({ certificates, keys }) => {
    certificates.cek.signatures[0]!.signer = keys.stranger
  }),
]

/** One broken case for each error code that verifying a CSV report can raise. */
export const CSV_BREAKAGES: readonly CsvBreakage[] = [...REPORT, ...CHAIN]

/** One genuine case for each finding that the default acceptance rules raise; `code` is that of the finding. */
export const CSV_UNACCEPTED: readonly CsvBreakage[] = [
  breakDraft('CSV_NONCE_UNPINNED', 'A version 1 report, whose fields hide under a value that nothing signs.', () => {}),
  breakDraft('CSV_DEBUG_ALLOWED', 'The policy lets the host debug the guest.', () => {}, { version: 2, policy: 0x20 }),
]

/** Codes of the CSV room that no report raises, each with the reason. */
export const CSV_UNBREAKABLE: Readonly<Record<string, string>> = {
  CSV_MAC_UNCHECKED: 'Named in a skipped check of every report; never thrown.',
  CSV_LAUNCH_MISMATCH: 'Raised when a guest is launched, which is no part of a report.',
  CSV_LAUNCH_INVALID: 'Raised when reading launch packets, which are no part of a report.',
}
