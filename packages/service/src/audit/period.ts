import type { AuditLog } from './log.ts'
import { auditKey } from './log.ts'

/** Keys between which the entries of a period lie; neither of them is one of them. */
export interface AuditPeriod {
  readonly before: string
  readonly behind: string
}

/**
 * Finds where a period begins and ends in the log, by halves: its entries stand in the order of time. Where the clock was set
 * back, a period may hold entries of the hours that came twice.
 *
 * @param since epoch seconds; @param until epoch seconds, not in the period any more
 */
export async function findAuditPeriod(log: AuditLog, since = 0, until?: number): Promise<AuditPeriod> {
  const { seq: newest } = await log.readHead()
  const first = since === 0 ? 1 : await findFirst(log, since, newest)
  const end = until === undefined ? newest + 1 : await findFirst(log, until, newest)
  return { before: auditKey(first - 1), behind: auditKey(Math.max(first, end)) }
}

/** Number of the first entry of this time or later; one more than the newest where there is none. */
async function findFirst(log: AuditLog, time: number, newest: number): Promise<number> {
  let [low, high] = [1, newest + 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [entry] = await log.list({ after: auditKey(middle - 1), limit: 1 })
    if (entry === undefined || entry.time >= time) high = middle
    else low = middle + 1
  }
  return low
}
