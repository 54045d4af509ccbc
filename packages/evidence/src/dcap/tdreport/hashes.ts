import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { EvidenceError } from '../../errors.ts'
import type { Check } from '../../result/index.ts'
import { TD_INFO, TEE_TCB_INFO } from './layout.ts'
import type { TdReport } from './types.ts'

/**
 * Recomputes both inner hashes of a TDREPORT. It is the only integrity check that another machine can make: it finds
 * damage, not forgery, because whoever changes a part can change its hash as well.
 *
 * @throws EvidenceError `DCAP_TDREPORT_HASH_MISMATCH`; its `details.checks` end with the check that failed.
 */
export function verifyTdReportHashes(report: TdReport): readonly Check[] {
  const parts = [
    ['tdreport.tee_tcb_info_hash', TEE_TCB_INFO.start, TEE_TCB_INFO.end, report.teeTcbInfoHash],
    ['tdreport.tee_info_hash', TD_INFO.start, TD_INFO.end, report.tdInfoHash],
  ] as const
  const checks: Check[] = []
  for (const [id, start, end, stated] of parts) {
    const actual = digest('sha384', report.bytes.subarray(start, end))
    if (!equalBytes(actual, stated)) {
      const code = 'DCAP_TDREPORT_HASH_MISMATCH'
      const difference = { expected: encodeHex(stated), actual: encodeHex(actual) }
      checks.push({ id, result: 'fail', code, ...difference })
      throw new EvidenceError(code, undefined, { details: { path: id, ...difference, checks } })
    }
    checks.push({ id, result: 'pass' })
  }
  return checks
}
