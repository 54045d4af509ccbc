/** What is accepted of a genuine report by default, and what only by name. */
import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import type { Finding } from '../result/index.ts'
import type { VerifiedCsv } from './verify/types.ts'

/** Relaxations and demands of an operator; everything absent is the strict default. */
export interface CsvAcceptance {
  /** Guests whose memory the host may debug. Default false. */
  readonly allowDebug?: boolean
  /**
   * A value that the guest cannot choose, which makes the unsigned nonce of a version 1 report certain: one of the
   * measurements, guest ids or tenant key digests to accept.
   */
  readonly pins?: {
    readonly measure?: readonly Uint8Array[]
    readonly vmId?: readonly Uint8Array[]
    readonly userPublicKeyDigest?: readonly Uint8Array[]
  }
  /** Accept version 1 reports without a pin. Default false. */
  readonly allowUnpinnedNonce?: boolean
  /** Read version 3 reports, whose layout is not settled. Default false; it is said as a warning. */
  readonly allowExperimental?: boolean
  /** Accept a serial number that only the evidence itself vouches for. Default true; it is said as a warning. */
  readonly allowUnboundSerialNumber?: boolean
}

/** Judges a verified report against an acceptance. An empty list means that nothing is held against it. */
export function appraiseCsv(verified: VerifiedCsv, acceptance: CsvAcceptance = {}): Finding[] {
  const { report } = verified.evidence
  const findings: Finding[] = []
  if (report.version === 1 && !isPinned(verified, acceptance) && !acceptance.allowUnpinnedNonce) {
    findings.push({
      code: 'CSV_NONCE_UNPINNED',
      severity: 'error',
      path: 'csv.anonce',
      expected: 'measure, vm_id or user_pubkey_digest equal to a value that is pinned',
      actual: encodeHex(report.measure),
      message: 'All fields of a version 1 report hide under a value that nothing signs, and no field is pinned.',
      next: 'Pin the launch measurement, or use report version 2.',
    })
  }
  if (report.version === 3) {
    findings.push({
      code: 'CSV_REPORT_EXPERIMENTAL',
      severity: acceptance.allowExperimental ? 'warning' : 'error',
      path: 'csv.version',
      actual: '3',
      message: 'The layout of version 3 reports is not settled: host data is read where one implementation writes it.',
      next: 'Use report version 2, or accept experimental formats by name.',
    })
  }
  if (!report.policy.noDebug && !acceptance.allowDebug) {
    findings.push({
      code: 'CSV_DEBUG_ALLOWED',
      severity: 'error',
      path: 'csv.policy.nodbg',
      expected: 1,
      actual: 0,
      message: 'The guest policy lets the host debug the guest, so nothing in it is secret.',
      next: 'Launch the guest with NODBG set, or accept debug guests by name.',
    })
  }
  if (!verified.serialNumberBound) {
    findings.push({
      code: 'CSV_SERIAL_NUMBER_UNBOUND',
      severity: acceptance.allowUnboundSerialNumber === false ? 'error' : 'warning',
      path: 'csv.serial_number',
      actual: verified.serialNumber,
      message: 'HSK and CEK were not fetched for this serial number, so it is only what the sender says.',
      next: 'Fetch the certificates by the serial number from the Hygon key distribution service.',
    })
  }
  return findings
}

function isPinned({ evidence: { report } }: VerifiedCsv, { pins = {} }: CsvAcceptance): boolean {
  const among = (list: readonly Uint8Array[] | undefined, value: Uint8Array) =>
    list?.some((entry) => equalBytes(entry, value)) === true
  return (
    among(pins.measure, report.measure) ||
    among(pins.vmId, report.vmId) ||
    among(pins.userPublicKeyDigest, report.userPublicKeyDigest)
  )
}
