import { isCodedError } from '@veritee/codec/error'
import type { Gate, Permission } from '../access/index.ts'
import type { AuditActor, AuditEvent, AuditLog } from '../audit/index.ts'

/** Who a call was let pass as. */
export interface Caller {
  readonly by: string
  readonly actor: AuditActor
}

/**
 * Says who a gRPC call is from, or throws what the caller is to learn.
 *
 * @param headers the call's metadata
 * @param object the path that is worked on, `*` for all of them
 */
export type AuthorizeCall = (headers: Headers, permission: Permission, object: string) => Promise<Caller>

/** Name under which changes are recorded that came from this machine without a token. */
const LOCAL = 'grpc on this machine'
const NOBODY: AuditActor = { kind: 'client', id: 'grpc' }

/**
 * Who may do what on a listener. On loopback everybody on this machine may, as the programs expect that connect there; beyond
 * it everything needs an administrator's token in `authorization`. A token that is sent must be valid in either case, and its
 * role and scopes count.
 */
export function createCallAuthorizer(loopback: boolean, gate: Gate): AuthorizeCall {
  return async (headers, permission, object) => {
    const given = headers.get('authorization')
    if (given === null && loopback) return { by: LOCAL, actor: { kind: 'client', id: LOCAL } }
    const { id, name, role, subject } = await gate.admit(given, permission, object)
    const actor: AuditActor = { kind: 'administrator', id, name, role, ...(subject === undefined ? {} : { subject }) }
    return { by: subject ?? name, actor }
  }
}

/** A call that changes something, as the audit log names it. */
export interface CallChange {
  readonly permission: Permission
  readonly object: string
}

/**
 * Makes a change for a call. What comes of it is in the audit log: a change together with its entry, a refusal before it is
 * answered.
 *
 * @param work makes the change; it writes its own entry, of the event it is given, in the transaction of the change
 * @throws what `work` and the authorization throw
 */
export async function answerAuditedCall<T>(
  { permission, object }: CallChange,
  headers: Headers,
  { authorize, audit }: { readonly authorize: AuthorizeCall; readonly audit: AuditLog },
  work: (caller: Caller, event: AuditEvent) => Promise<T>,
): Promise<T> {
  let actor = NOBODY
  const describe = (): AuditEvent => ({ actor, action: permission.replace(':', '.'), object, outcome: 'done' })
  try {
    const caller = await authorize(headers, permission, object)
    actor = caller.actor
    return await work(caller, describe())
  } catch (error) {
    const refused = isCodedError(error) && error.status < 500
    const code = isCodedError(error) ? error.code : 'SERVICE_INTERNAL'
    await audit.record({ ...describe(), outcome: refused ? 'refused' : 'failed', code })
    throw error
  }
}
