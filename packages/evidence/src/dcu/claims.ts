import { encodeHex, u32le } from '@veritee/codec/bytes'
import type { Claims } from '../result/index.ts'
import type { DcuReport } from './report.ts'

/** Claims under the key `hygondcu`: an object a device, by its place. */
export function claimsOfDcu(reports: readonly DcuReport[]): Claims {
  return Object.fromEntries(reports.map((report, index) => [String(index), claimsOfReport(report)]))
}

function claimsOfReport(report: DcuReport): Claims {
  return {
    body: {
      version: encodeHex(u32le(report.version)),
      chip_id: encodeHex(report.chipId),
      user_data: encodeHex(report.userData),
      measure: encodeHex(report.measure),
      reserved: encodeHex(report.reserved),
      sig_usage: encodeHex(u32le(report.signatureUsage)),
      sig_algo: encodeHex(u32le(report.signatureAlgorithm)),
    },
    report_data: encodeHex(report.userData),
  }
}
