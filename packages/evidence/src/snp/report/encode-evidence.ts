/** Writes the evidence JSON of a report, in the newer of its two spellings (see `evidence-json.ts`). */
import type { SnpFirmware, SnpReport, SnpTcb } from '../types.ts'
import type { SnpEvidenceCertificate } from './evidence-json.ts'
import { FIELDS, SIGNATURE_HALF_BYTES } from './layout.ts'

/**
 * JSON data that {@link parseSnpEvidence} reads back to the same bytes. Fields of 64 bits are bigints where they exceed
 * what a JSON number holds exactly; write them as digits.
 */
export function encodeSnpEvidence(
  report: SnpReport,
  certificates: readonly SnpEvidenceCertificate[] = [],
): Readonly<Record<string, unknown>> {
  const half = ([at]: readonly [number, number]) => [...report.bytes.subarray(at, at + SIGNATURE_HALF_BYTES)]
  const { cpuid } = report
  return {
    attestation_report: {
      version: report.version,
      guest_svn: report.guestSvn,
      policy: wide(report.policyBits),
      family_id: [...report.familyId],
      image_id: [...report.imageId],
      vmpl: report.vmpl,
      sig_algo: 1,
      current_tcb: tcbOf(report.currentTcb),
      plat_info: wide(report.platformBits),
      key_info: new DataView(report.bytes.buffer, report.bytes.byteOffset).getUint32(FIELDS.signerInfo[0], true),
      report_data: [...report.reportData],
      measurement: [...report.measurement],
      host_data: [...report.hostData],
      id_key_digest: [...report.idKeyDigest],
      author_key_digest: [...report.authorKeyDigest],
      report_id: [...report.reportId],
      report_id_ma: [...report.reportIdMa],
      reported_tcb: tcbOf(report.reportedTcb),
      cpuid_fam_id: cpuid?.family ?? null,
      cpuid_mod_id: cpuid?.model ?? null,
      cpuid_step: cpuid?.stepping ?? null,
      chip_id: [...report.chipId],
      committed_tcb: tcbOf(report.committedTcb),
      current: firmwareOf(report.current),
      committed: firmwareOf(report.committed),
      launch_tcb: tcbOf(report.launchTcb),
      launch_mit_vector: report.launchMitigations === undefined ? null : wide(report.launchMitigations),
      current_mit_vector: report.currentMitigations === undefined ? null : wide(report.currentMitigations),
      signature: { r: half(FIELDS.signatureR), s: half(FIELDS.signatureS) },
    },
    cert_chain:
      certificates.length === 0 ? null : certificates.map(({ kind, bytes }) => ({ cert_type: kind, data: [...bytes] })),
  }
}

function tcbOf({ fmc, bootloader, tee, snp, microcode }: SnpTcb): Record<string, number | null> {
  return { fmc: fmc ?? null, bootloader, tee, snp, microcode }
}

function firmwareOf({ major, minor, build }: SnpFirmware): Record<string, number> {
  return { major, minor, build }
}

function wide(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}
