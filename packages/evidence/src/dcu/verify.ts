import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import { verifySm2 } from '@veritee/codec/sm'
import { ALGORITHM_SM2, USAGE } from '../csv/certificate/certificates.ts'
import { HYGON_ROOT } from '../csv/roots.ts'
import { checkChipRoles, findRoot, verifyChipSignatures } from '../csv/verify/chain.ts'
import type { CsvTrust } from '../csv/verify/types.ts'
import { Checks } from '../result/checks.ts'
import type { Check, Verified } from '../result/index.ts'
import { sealVerified } from '../result/seal.ts'
import { refuse } from './codes.ts'
import type { DcuReport } from './report.ts'

/** The outcome of verifying the reports of one machine. */
export interface DcuVerification {
  readonly reports: readonly DcuReport[]
  readonly checks: readonly Check[]
  readonly simulated: boolean
  readonly root: string
}

/** Verified DCU reports. */
export type VerifiedDcu = Verified<DcuVerification>

type Chip = NonNullable<CsvTrust['chips']>[number]

/**
 * Establishes that a Hygon chip signed each report: HRK to HSK to CEK to report. The certificates are the caller's, who
 * fetched them for the chip. Hygon certificates carry no dates.
 *
 * Not checked here: user data against a question; measurements, which is said as skipped.
 *
 * @throws EvidenceError DCU_*, CSV_CHAIN_*, CSV_CERTIFICATE_*, with the checks made so far in `details.checks`
 */
export function verifyDcuReports(reports: readonly DcuReport[], trust: CsvTrust = {}): VerifiedDcu {
  const checks = new Checks()
  const { chips = [], roots = [HYGON_ROOT] } = trust
  checks.check('dcu.userData', () => checkSameQuestion(reports))
  checks.check('dcu.chips', () => checkDistinctChips(reports))
  const found = reports.map((report, index) => {
    const id = reports.length === 1 ? 'dcu' : `dcu[${index}]`
    checks.check(`${id}.usage`, () => checkUsage(report))
    const chip = checks.check(`${id}.signature`, () => findSigner(report, chips))
    const root = checks.check(`${id}.chain.root`, () => findRoot(chip.hsk, roots))
    checks.check(`${id}.chain.roles`, () => checkChipRoles(chip.hsk, chip.cek))
    checks.check(`${id}.chain.signatures`, () => verifyChipSignatures(root, chip.hsk, chip.cek))
    return root
  })
  checks.skip('dcu.reference', 'DCU_REFERENCE_UNCHECKED', 'The vendor publishes no reference values to compare with.')
  return sealVerified({
    reports,
    checks: checks.made,
    simulated: found.some((root) => root.simulated),
    root: found[0]!.name,
  })
}

function checkSameQuestion([first, ...others]: readonly DcuReport[]): void {
  const other = others.find((report) => !equalBytes(report.userData, first!.userData))
  if (other !== undefined)
    throw refuse('DCU_USER_DATA_DIFFERS', 'user_data', encodeHex(first!.userData), encodeHex(other.userData))
}

/** One device must not count as several. */
function checkDistinctChips(reports: readonly DcuReport[]): void {
  const ids = reports.map(({ chipId }) => encodeHex(chipId))
  const repeated = ids.find((id, index) => ids.indexOf(id) < index)
  if (repeated !== undefined) throw refuse('DCU_CHIP_REPEATED', 'chip_id', 'a chip of its own', repeated)
}

function checkUsage({ signatureUsage, signatureAlgorithm }: DcuReport): void {
  if (signatureUsage !== USAGE.cek || signatureAlgorithm !== ALGORITHM_SM2) {
    const [expected, actual] = [
      [USAGE.cek, ALGORITHM_SM2],
      [signatureUsage, signatureAlgorithm],
    ]
    throw refuse('DCU_REPORT_USAGE', 'body.sig_usage', expected, actual)
  }
}

/** The chip whose key signed; its own chain is verified before anything is believed. */
function findSigner({ signedBytes, signature, chipId }: DcuReport, chips: readonly Chip[]): Chip {
  if (chips.length === 0) throw refuse('DCU_CHAIN_INCOMPLETE', 'collateral', 'HSK and CEK', 'absent')
  const signer = chips.find(({ cek }) => verifySm2(cek.key, signedBytes, signature, { userId: cek.userId }))
  if (signer === undefined) throw refuse('DCU_SIGNATURE_INVALID', 'sig', undefined, `chip ${encodeHex(chipId)}`)
  return signer
}
