import type { Gate, Permission } from '../access/index.ts'
import type { AuditActor, AuditLog } from '../audit/index.ts'

/**
 * Says who a gRPC request is from, or throws what the caller is to learn.
 *
 * @param headers the request's metadata
 */
export type AuthorizeCall = (headers: Headers, permission: 'references:read' | 'references:write') => Promise<string>

/** Name under which changes are recorded that came from this machine without a token. */
const LOCAL = 'grpc on this machine'

/**
 * Who may do what on a listener. On loopback everybody on this machine may, as the programs expect that connect there; beyond
 * it everything needs an administrator's token in `authorization`. A token that is sent must be valid in either case. What
 * may change something is in the audit log before it is done.
 */
export function createCallAuthorizer(loopback: boolean, gate: Gate, audit: AuditLog): AuthorizeCall {
  const enter = async (actor: AuditActor, permission: Permission) => {
    if (!permission.endsWith(':write')) return
    await audit.record({ actor, action: permission.replace(':', '.'), object: 'grpc', outcome: 'done' })
  }
  return async (headers, permission) => {
    const given = headers.get('authorization')
    if (given === null && loopback) {
      await enter({ kind: 'client', id: LOCAL }, permission)
      return LOCAL
    }
    const { id, name, role, subject } = await gate.admit(given, permission)
    await enter({ kind: 'administrator', id, name, role, ...(subject === undefined ? {} : { subject }) }, permission)
    return subject ?? name
  }
}
