import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import {
  encodeSnpEvidence,
  parseSnpCertificateTable,
  parseSnpReport,
  type SnpTableCertificate,
} from '@veritee/evidence/snp'
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
 * of `snp`), with the certificates that the host gave beside the report; where it gave none, the verifier fetches them by
 * the chip's id. The report is read, not judged. `collect` throws GuestError GUEST_ATTESTER_*, and EvidenceError SNP_REPORT_* for a report that is none.
 */
export function createSnpAttester(options: SnpAttesterOptions = {}): Attester {
  const { baseDir = CONFIGFS_TSM_REPORT, files } = options
  return {
    tee: 'snp',
    async collect(reportData) {
      // The firmware's field is 64 bytes, and the kernel takes nothing shorter for this provider.
      const field = new Uint8Array(64)
      field.set(reportData.subarray(0, 64))
      const { outblob, auxblob } = await readTsmReport(baseDir, 'sev_guest', field, files)
      const evidence = encodeSnpEvidence(
        parseSnpReport(outblob),
        auxblob === undefined ? [] : listCertificates(auxblob),
      )
      return parseJson(JSON.stringify(evidence, spellWide)) as EvidenceJson
    },
  }
}

/** A table that cannot be read is as good as none: the verifier needs certificates, not these. */
function listCertificates(table: Uint8Array): SnpTableCertificate[] {
  try {
    return parseSnpCertificateTable(table).filter(({ kind }) => kind !== 'other')
  } catch (error) {
    if (isCodedError(error)) return []
    throw error
  }
}

/** A bit beyond what a JSON number holds exactly would be lost here, and the report's signature would then not hold. */
function spellWide(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}
