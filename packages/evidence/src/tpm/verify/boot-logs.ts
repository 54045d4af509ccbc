/** Event logs beside a quote: each must lead to the quoted PCRs in every quoted bank. */
import { checkBootLog } from '../../boot-log/check.ts'
import { bankOfTpmQuote } from '../../boot-log/registers.ts'
import type { BootLog } from '../../boot-log/replay.ts'
import type { Checks } from '../../result/checks.ts'
import type { QuotedBank, TpmEvidence } from '../types.ts'

/** @throws EvidenceError BOOT_LOG_* */
export function checkBootLogs(
  checks: Checks,
  { banks, eventLog, agentEventLog }: Pick<TpmEvidence, 'banks' | 'eventLog' | 'agentEventLog'>,
): BootLog[] {
  const given = [
    ['tpm.eventLog', eventLog],
    ['tpm.agentEventLog', agentEventLog],
  ] as const
  return given.flatMap(([id, bytes]) => (bytes === undefined ? [] : [replayBanks(checks, id, bytes, banks)]))
}

/** Claims come from the strongest bank. */
function replayBanks(checks: Checks, id: string, bytes: Uint8Array, banks: readonly QuotedBank[]): BootLog {
  const strongestLast = banks.toSorted((a, b) => a.pcrs[0]!.length - b.pcrs[0]!.length)
  return strongestLast.map((bank) => checkBootLog(checks, `${id}.${bank.hash}`, bytes, bankOfTpmQuote(bank))).at(-1)!
}
