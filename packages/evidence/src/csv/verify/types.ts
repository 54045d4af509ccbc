import type { BootLog } from '../../boot-log/replay.ts'
import type { Check, Verified } from '../../result/index.ts'
import type { AuthorityCertificate, PlatformCertificate } from '../certificate/certificates.ts'
import type { CsvEvidence } from '../evidence-json.ts'
import type { CsvRoot } from '../roots.ts'

/** What a caller trusts. Hygon certificates carry no dates, so no time is asked. */
export interface CsvTrust {
  /** HSK and CEK of the chip, where the evidence does not bring them; these win over the evidence's own. */
  readonly chips?: readonly { readonly hsk: AuthorityCertificate; readonly cek: PlatformCertificate }[]
  /** Defaults to Hygon's pinned root key. */
  readonly roots?: readonly CsvRoot[]
}

/** The outcome of verifying one report. */
export interface CsvVerification {
  readonly evidence: CsvEvidence
  /** Whose key signed: letters and digits. */
  readonly serialNumber: string
  /** Whether HSK and CEK came from the caller, who fetched them for this serial number, or only from the evidence. */
  readonly serialNumberBound: boolean
  /** The event log, where one was given and led to the registers. */
  readonly bootLog?: BootLog
  readonly checks: readonly Check[]
  readonly simulated: boolean
  readonly root: string
}

/** A verified CSV report. */
export type VerifiedCsv = Verified<CsvVerification>
