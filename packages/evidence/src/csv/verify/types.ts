import type { BootLog } from '../../boot-log/replay.ts'
import type { Check, Verified } from '../../result/index.ts'
import type { AuthorityCertificate, PlatformCertificate } from '../certificate/certificates.ts'
import type { CsvEvidence } from '../evidence-json.ts'
import type { CsvRoot } from '../roots.ts'

/** The certificates of one chip. */
export interface CsvChip {
  readonly hsk: AuthorityCertificate
  readonly cek: PlatformCertificate
  /**
   * The serial number that the key distribution service was asked with. Neither certificate states it, so without it the
   * serial number of a report is not bound.
   */
  readonly serialNumber?: string
}

/** What a caller trusts. Hygon certificates carry no dates, so no time is asked. */
export interface CsvTrust {
  /** HSK and CEK of one chip or several. Those that issued the report's PEK win over the evidence's own. */
  readonly chips?: readonly CsvChip[]
  /** Defaults to Hygon's pinned root key. */
  readonly roots?: readonly CsvRoot[]
}

/** The outcome of verifying one report. */
export interface CsvVerification {
  readonly evidence: CsvEvidence
  /** Whose key signed: letters and digits. */
  readonly serialNumber: string
  /** Whether the caller fetched HSK and CEK for this very serial number; otherwise it is only what the sender says. */
  readonly serialNumberBound: boolean
  /** The event log, where one was given and led to the registers. */
  readonly bootLog?: BootLog
  readonly checks: readonly Check[]
  readonly simulated: boolean
  readonly root: string
}

/** A verified CSV report. */
export type VerifiedCsv = Verified<CsvVerification>
