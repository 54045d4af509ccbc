import { type HttpContext, noteFacts } from '../http/index.ts'
import { type CHECKED_LATER, checkPermission, type Gate, type Principal } from './gate.ts'
import type { Permission } from './roles.ts'

/**
 * Lets a request pass, and notes on it who it is from and what for, so that the audit log can say so.
 *
 * @param object the path that is worked on, or that the caller checks it with `checkPermission` once it is known
 * @throws ServiceError SERVICE_ADMIN_TOKEN_*, SERVICE_ACCESS_DENIED, SERVICE_ACCESS_SCOPE
 */
export async function admitRequest(
  c: HttpContext,
  gate: Gate,
  permission: Permission,
  object?: string | typeof CHECKED_LATER,
): Promise<Principal> {
  c.set('permission', permission)
  if (typeof object === 'string') c.set('auditDetail', { ...c.get('auditDetail'), object })
  const principal = await gate.authenticate(c.req.header('authorization'))
  c.set('principal', principal)
  noteFacts(c, { administrator: principal.subject ?? principal.name, keyId: principal.id })
  checkPermission(principal, permission, object)
  return principal
}
