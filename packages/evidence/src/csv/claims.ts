/** The claims of a report, in the names of the Trustee attestation service. */
import { encodeHex, u32le } from '@veritee/codec/bytes'
import { claimsOfBootLog } from '../boot-log/claims.ts'
import type { Claims } from '../result/index.ts'
import type { CsvReport } from './types.ts'
import type { VerifiedCsv } from './verify/types.ts'

/** Claims under the key `csv`. */
export function claimsOfCsv({ evidence, bootLog, serialNumber, serialNumberBound }: VerifiedCsv): Claims {
  return {
    ...claimsOfCsvReport(evidence.report),
    serial_number: serialNumber,
    serial_number_bound: serialNumberBound,
    ...(bootLog === undefined ? {} : claimsOfBootLog(bootLog)),
  }
}

/** What a parsed report says by itself. */
export function claimsOfCsvReport(report: CsvReport): Claims {
  const { policy, rtmrs = [] } = report
  const bit = (value: boolean) => (value ? 1 : 0)
  return {
    version: String(report.version),
    policy: {
      nodbg: bit(policy.noDebug),
      noks: bit(policy.noKeySharing),
      es: bit(policy.encryptedState),
      nosend: bit(policy.noSend),
      domain: bit(policy.domain),
      csv: bit(policy.csv),
      csv3: bit(policy.csv3),
      asid_reuse: bit(policy.asidReuse),
      hsk_version: policy.hskVersion,
      cek_version: policy.cekVersion,
      api_major: policy.apiMajor,
      api_minor: policy.apiMinor,
    },
    user_pubkey_digest: encodeHex(report.userPublicKeyDigest),
    vm_id: encodeHex(report.vmId),
    vm_version: encodeHex(report.vmVersion),
    report_data: encodeHex(report.reportData),
    mnonce: encodeHex(report.mnonce),
    measure: encodeHex(report.measure),
    sig_usage: encodeHex(u32le(report.signatureUsage)),
    sig_algo: encodeHex(u32le(report.signatureAlgorithm)),
    serial_number: report.serialNumber,
    ...(report.anonce === undefined ? {} : { anonce: encodeHex(u32le(report.anonce)) }),
    ...(report.build === undefined ? {} : { build: report.build, rtmr_version: report.rtmrVersion }),
    ...Object.fromEntries(rtmrs.map((value, index) => [`rtmr${index}`, encodeHex(value)])),
    ...(report.reserved === undefined
      ? {}
      : { reserved0: encodeHex(report.reserved[0]), reserved1: encodeHex(report.reserved[1]) }),
    ...(report.hostData === undefined ? {} : { host_data: encodeHex(report.hostData) }),
  }
}
