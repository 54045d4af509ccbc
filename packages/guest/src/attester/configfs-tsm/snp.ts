import { parseJson } from '@veritee/codec/json'
import { encodeSnpEvidence, parseSnpReport } from '@veritee/evidence/snp'
import type { Attester, EvidenceJson } from '../attester.ts'
import type { ReportFiles } from './files.ts'
import { CONFIGFS_TSM_REPORT, readTsmReport } from './report-entry.ts'

export interface SnpAttesterOptions {
  /** Directory of the report interface, default `/sys/kernel/config/tsm/report`. */
  readonly baseDir?: string
  /** Replaces the file operations, for a fake kernel in tests. */
  readonly files?: ReportFiles
}

/**
 * Evidence of an AMD SEV-SNP guest from the kernel: `{"attestation_report", "cert_chain"}` (key broker protocol, evidence
 * of `snp`), without certificates: the verifier fetches them by the chip's id. The report is read, not judged. `collect`
 * throws GuestError GUEST_ATTESTER_*, and EvidenceError SNP_REPORT_* for a report that is none.
 */
export function createSnpAttester(options: SnpAttesterOptions = {}): Attester {
  const { baseDir = CONFIGFS_TSM_REPORT, files } = options
  return {
    tee: 'snp',
    async collect(reportData) {
      // The firmware's field is 64 bytes, and the kernel takes nothing shorter for this provider.
      const field = new Uint8Array(64)
      field.set(reportData.subarray(0, 64))
      const report = parseSnpReport(await readTsmReport(baseDir, 'sev_guest', field, files))
      return parseJson(JSON.stringify(encodeSnpEvidence(report), spellWide)) as EvidenceJson
    },
  }
}

/** A bit beyond what a JSON number holds exactly would be lost here, and the report's signature would then not hold. */
function spellWide(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}
