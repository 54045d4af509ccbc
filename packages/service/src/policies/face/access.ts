import { admitRequest, type Gate } from '../../access/index.ts'
import { type HttpContext, readClientAddress } from '../../http/index.ts'
import { isLoopback } from '../../limits/index.ts'

/** Name under which changes are recorded that came from this machine without a token. */
const LOCAL = 'http on this machine'

/**
 * Lets a request for attestation policies pass: an administrator's, or any from this machine where the configuration says so.
 *
 * @returns who it is
 * @throws ServiceError SERVICE_ADMIN_TOKEN_*, SERVICE_ACCESS_*
 */
export async function admitPolicyRequest(
  c: HttpContext,
  gate: Gate,
  permission: 'policies:read' | 'policies:write',
  object: string,
  openOnLoopback: boolean,
): Promise<string> {
  if (openOnLoopback && c.req.header('authorization') === undefined && isLoopback(readClientAddress(c))) {
    c.set('permission', permission)
    c.set('actor', { kind: 'client', id: LOCAL })
    c.set('auditDetail', { object })
    return LOCAL
  }
  const { subject, name } = await admitRequest(c, gate, permission, object)
  return subject ?? name
}
