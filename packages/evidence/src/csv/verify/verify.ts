import { equalBytes } from '@veritee/codec/bytes'
import { hmacSm3, verifySm2 } from '@veritee/codec/sm'
import { checkBootLog } from '../../boot-log/check.ts'
import { bankOfCsvReport } from '../../boot-log/registers.ts'
import type { BootLog } from '../../boot-log/replay.ts'
import { Checks } from '../../result/checks.ts'
import { sealVerified } from '../../result/seal.ts'
import {
  ALGORITHM_SM2,
  type AuthorityCertificate,
  type PlatformCertificate,
  USAGE,
} from '../certificate/certificates.ts'
import { refuse } from '../certificate/fields.ts'
import type { CsvEvidence } from '../evidence-json.ts'
import { parseSerialNumber } from '../report/parse.ts'
import { HYGON_ROOT } from '../roots.ts'
import type { CsvReport } from '../types.ts'
import { checkRoles, findRoot, isIssuer, verifyChainSignatures } from './chain.ts'
import type { CsvTrust, VerifiedCsv } from './types.ts'

/**
 * Establishes that a Hygon chip signed the report, that an event log, where there is one, leads to its registers, and that
 * the page does not give away the sealing key of its guest.
 *
 * Not checked here: report data, measurement, guest policy. In version 1 the whole report can be XORed with a value
 * that nothing signs, so none of its fields is worth anything until one that the guest cannot choose is pinned:
 * `appraiseCsv` insists on it.
 *
 * @throws EvidenceError CSV_*, with the checks made so far in `details.checks`
 */
export function verifyCsvEvidence(evidence: CsvEvidence, trust: CsvTrust = {}): VerifiedCsv {
  const { report } = evidence
  const checks = new Checks()
  checks.check('csv.usage', () => checkUsage(report))
  checks.check('csv.serialNumber', () => checkSerialNumber(evidence))
  checks.check('csv.pek', () => checkPek(evidence))
  checks.check('csv.signature', () => verifyReportSignature(report))
  judgeMac(checks, report)
  const { hsk, cek, bound } = checks.check('csv.chain', () => findChip(evidence, trust))
  const root = checks.check('csv.chain.root', () => findRoot(hsk, trust.roots ?? [HYGON_ROOT]))
  checks.check('csv.chain.roles', () => checkRoles(hsk, cek, report.pek))
  checks.check('csv.chain.signatures', () => verifyChainSignatures(root, hsk, cek, report.pek))
  const bootLog = judgeRegisters(checks, evidence)
  checks.check('csv.sealingKey', () => checkSealingKey(report))
  return sealVerified({
    evidence,
    serialNumber: report.serialNumber,
    serialNumberBound: bound,
    ...(bootLog === undefined ? {} : { bootLog }),
    checks: checks.made,
    simulated: root.simulated,
    root: root.name,
  })
}

function checkUsage({ signatureUsage, signatureAlgorithm }: CsvReport): void {
  if (signatureUsage !== USAGE.pek || signatureAlgorithm !== ALGORITHM_SM2) {
    throw refuse(
      'CSV_REPORT_USAGE',
      'report.sig_usage',
      [USAGE.pek, ALGORITHM_SM2],
      [signatureUsage, signatureAlgorithm],
    )
  }
}

/** The number beside the report is a statement of the sender; the one inside stands with the key that signs. */
function checkSerialNumber({ report, serialNumber }: CsvEvidence): void {
  if (serialNumber === undefined) return
  const stated = parseSerialNumber(serialNumber)
  if (stated !== report.serialNumber) throw refuse('CSV_SERIAL_NUMBER', 'serial_number', report.serialNumber, stated)
}

function checkPek({ report, pek }: CsvEvidence): void {
  if (!equalBytes(report.pek.bytes, pek.bytes)) throw refuse('CSV_PEK_MISMATCH', 'cert_chain.pek')
}

interface Chip {
  readonly hsk: AuthorityCertificate
  readonly cek: PlatformCertificate
  readonly bound: boolean
}

/** Of the caller's chips the one that issued the PEK; else what came with the evidence, which ends in the same roots. */
function findChip({ report, hsk, cek }: CsvEvidence, { chips = [] }: CsvTrust): Chip {
  const own = chips.find((chip) => isIssuer(chip.cek, report.pek))
  if (own !== undefined) return { hsk: own.hsk, cek: own.cek, bound: own.serialNumber === report.serialNumber }
  if (hsk !== undefined && cek !== undefined) return { hsk, cek, bound: false }
  // None of them fits: the chain of the first will say how.
  const [first] = chips
  if (first === undefined) throw refuse('CSV_CHAIN_INCOMPLETE', 'cert_chain.hsk_cek', 'HSK and CEK', 'absent')
  return { hsk: first.hsk, cek: first.cek, bound: false }
}

function verifyReportSignature({ pek, signedBytes, signature }: CsvReport): void {
  if (!verifySm2(pek.key, signedBytes, signature, { userId: pek.userId }))
    throw refuse('CSV_SIGNATURE_INVALID', 'report.signature')
}

/** Whoever passes a page on removes the sealing key, which the MAC covers too. */
function judgeMac(checks: Checks, { mac, macCovered, mnonce }: CsvReport): void {
  if (macCovered === undefined) {
    const message = 'The MAC over key and serial number can only be checked inside the guest.'
    checks.skip('csv.mac', 'CSV_MAC_UNCHECKED', message)
    return
  }
  checks.check('csv.mac', () => {
    if (!equalBytes(hmacSm3(mnonce, macCovered), mac)) throw refuse('CSV_MAC_INVALID', 'signer.mac')
  })
}

function checkSealingKey({ holdsSealingKey }: CsvReport): void {
  if (holdsSealingKey) throw refuse('CSV_SEALING_KEY_PRESENT', 'signer.reserved', 'zero', 'a value that is not shown')
}

function judgeRegisters(checks: Checks, { report, eventLog }: CsvEvidence): BootLog | undefined {
  const { rtmrs } = report
  if (rtmrs !== undefined) {
    checks.check('csv.rtmr0', () => {
      if (!equalBytes(rtmrs[0]!, report.measure)) throw refuse('CSV_RTMR_MISMATCH', 'rtmr0')
    })
  }
  if (eventLog === undefined) return undefined
  if (rtmrs !== undefined) return checkBootLog(checks, 'csv.eventLog', eventLog, bankOfCsvReport(report))
  checks.skip(
    'csv.eventLog',
    'BOOT_LOG_UNPROVABLE',
    'A version 1 report has no registers to replay the event log against.',
  )
  return undefined
}
