/** Reports that are no reports, and reports that their key did not sign. */
import { concatBytes } from '@veritee/codec/bytes'
import { encodeSnpEvidence, parseSnpReport } from '@veritee/evidence/snp'
import { breakByte, breakCase, breakDraft, type SnpBreakage } from './types.ts'

export const REPORT_BREAKAGES: readonly SnpBreakage[] = [
  breakCase('SNP_REPORT_SIZE', 'A byte follows the report.', (made) => {
    made.report = concatBytes(made.report, Uint8Array.of(0))
  }),
  breakDraft('SNP_REPORT_VERSION', 'The report says version 6.', () => {}, { version: 6 }),
  breakByte('SNP_REPORT_RESERVED', 'A byte between signer info and report data is not zero.', 0x4c, 1),
  breakByte('SNP_REPORT_POLICY_RESERVED', 'The policy bit that must be one is zero.', 0x0a, 2),
  breakByte('SNP_REPORT_SIGNER_UNKNOWN', 'The signer info names a key that does not exist.', 0x48, 2 << 2),
  breakByte('SNP_REPORT_ALGORITHM', 'The report names another signature algorithm.', 0x34, 3),
  breakDraft('SNP_REPORT_VMPL', 'The report comes from privilege level 4.', () => {}, { vmpl: 4 }),
  breakDraft('SNP_PRODUCT_UNKNOWN', 'The processor family is none that is known.', () => {}, {
    version: 5,
    cpuid: [0x1b, 0, 0],
  }),
  breakCase('SNP_EVIDENCE_JSON', 'The evidence JSON has a report without measurement.', (made) => {
    const evidence = encodeSnpEvidence(parseSnpReport(made.report))
    const { measurement: _, ...rest } = evidence['attestation_report'] as { [name: string]: unknown }
    made.evidence = { ...evidence, attestation_report: rest }
  }),
  breakByte('SNP_REPORT_UNSIGNED', 'The report says that no key signed it.', 0x48, 7 << 2),
  breakCase('SNP_SIGNATURE_INVALID', 'One bit of the measurement was changed after signing.', (made) => {
    made.report = made.report.with(0x90, made.report[0x90]! ^ 1)
  }),
]
