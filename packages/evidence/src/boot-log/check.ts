import { Checks } from '../result/checks.ts'
import type { Check } from '../result/index.ts'
import { type BootLog, type LoggedBank, verifyBootLog } from './replay.ts'

/**
 * Records the replay of a log as a check, and as a skipped one what the log leaves open.
 *
 * @throws EvidenceError BOOT_LOG_*
 */
export function checkBootLog(checks: Checks, id: string, bytes: Uint8Array, bank: LoggedBank): BootLog {
  const bootLog = checks.check(id, () => verifyBootLog(bytes, bank))
  const { unexplained } = bootLog
  if (unexplained.length > 0) {
    const message = `The log does not tell what extended ${unexplained.join(', ')}.`
    checks.skip(`${id}.registers`, 'BOOT_LOG_REGISTER_UNEXPLAINED', message)
  }
  return bootLog
}

/**
 * Replays a log against evidence that was verified before, and adds to the checks made then.
 *
 * @throws EvidenceError BOOT_LOG_*, with all checks in `details.checks`
 */
export function replayBootLog(
  before: readonly Check[],
  id: string,
  bytes: Uint8Array,
  bank: LoggedBank,
): { readonly bootLog: BootLog; readonly checks: readonly Check[] } {
  const checks = new Checks(before)
  const bootLog = checkBootLog(checks, id, bytes, bank)
  return { bootLog, checks: checks.made }
}
