/** Reports that are broken in precisely one way, for every way that verification knows. */
import { type Breakage, type Breakers, createBreakers } from '../breakage.ts'
import { assembleDraft, type DcuCase, type DcuDraft, type DcuReportValues, type DcuWorld } from './world.ts'

/** Evidence that is genuine but for one thing, and the code that must refuse it. */
export type DcuBreakage = Breakage<DcuWorld, DcuCase>

const { breakDraft, breakCase }: Breakers<DcuWorld, DcuDraft, DcuCase, DcuReportValues> = createBreakers(assembleDraft)

/** One broken case for each error code that verifying DCU reports can raise. */
export const DCU_BREAKAGES: readonly DcuBreakage[] = [
  breakCase('DCU_EVIDENCE_JSON', 'The evidence names no device.', (made) => {
    made.evidence = { attestation_reports: [] }
  }),
  breakDraft('DCU_REPORT_USAGE', 'The report says that the PEK signed it.', ({ reports }) => {
    reports[0]!.signatureUsage = 0x1002
  }),
  breakCase('DCU_CHAIN_INCOMPLETE', 'Nobody gave HSK and CEK.', (made) => {
    delete made.hskCek
  }),
  breakDraft('DCU_SIGNATURE_INVALID', 'A stranger signed the report.', ({ reports, stranger }) => {
    reports[0]!.signer = stranger
  }),
  breakDraft(
    'DCU_CHIP_REPEATED',
    'The one device answers twice, as if it were two.',
    ({ reports }) => {
      reports[1]!.chipId = reports[0]!.chipId
    },
    { devices: 2 },
  ),
  breakDraft(
    'DCU_USER_DATA_DIFFERS',
    'The second device answers another question.',
    ({ reports }) => {
      reports[1]!.userData = new Uint8Array(64).fill(7)
    },
    { devices: 2 },
  ),
]

/** Codes of the DCU room that no report raises, each with the reason. */
export const DCU_UNBREAKABLE: Readonly<Record<string, string>> = {
  DCU_REFERENCE_UNCHECKED: 'Named in a skipped check of every report; never thrown.',
}
