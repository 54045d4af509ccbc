import { type HttpContext, noteFacts } from '../http/index.ts'
import type { AssessedAttempt } from './attempt.ts'

/** Puts an attempt on the request, so that it is written together with the audit entry of the request. */
export function noteAttempt(c: HttpContext, { tee, simulated, actor, audit, records }: AssessedAttempt): void {
  noteFacts(c, { tee, simulated })
  c.set('actor', actor)
  c.set('auditDetail', audit)
  c.set('auditRecords', records)
}
