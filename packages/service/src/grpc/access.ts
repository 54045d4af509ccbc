import { type CodedError, isCodedError } from '@veritee/codec/error'
import type { Gate, Permission } from '../access/index.ts'
import type { AuditActor, AuditEvent, AuditLog } from '../audit/index.ts'

/** Who a call was let pass as. */
export interface Caller {
  readonly by: string
  readonly actor: AuditActor
}

/** Who calls. */
export interface CallOrigin {
  /** The call's metadata. */
  readonly headers: Headers
  /** The address of the peer. */
  readonly client: string
}

/**
 * Says who a gRPC call is from, or throws what the caller is to learn.
 *
 * @param object the path that is worked on, `*` for all of them
 */
export type AuthorizeCall = (origin: CallOrigin, permission: Permission, object: string) => Promise<Caller>

/** Name under which changes are recorded that came from this machine without a token. */
const LOCAL = 'grpc on this machine'

/**
 * Who may do what on a listener. On loopback everybody on this machine may, as the programs expect that connect there; beyond
 * it everything needs an administrator's token in `authorization`. A token that is sent must be valid in either case, and its
 * role and scopes count. Whoever is refused to read stands in the audit log; what comes of a change is written by who makes it.
 */
export function createCallAuthorizer(loopback: boolean, gate: Gate, audit: AuditLog): AuthorizeCall {
  return async (origin, permission, object) => {
    const given = origin.headers.get('authorization')
    if (given === null && loopback) return { by: LOCAL, actor: { kind: 'client', id: LOCAL } }
    const principal = await gate.admit(given, permission, object).catch(async (error: unknown) => {
      if (permission.endsWith(':read') && isRefusal(error))
        await audit.record({ ...describeCall(origin, { permission, object }), outcome: 'refused', code: error.code })
      throw error
    })
    const { id, name, role, subject } = principal
    const actor: AuditActor = { kind: 'administrator', id, name, role, ...(subject === undefined ? {} : { subject }) }
    return { by: subject ?? name, actor }
  }
}

/** A call that changes something, as the audit log names it. */
export interface CallChange {
  readonly permission: Permission
  readonly object: string
}

const isRefusal = (error: unknown): error is CodedError => isCodedError(error) && error.status < 500

/** A call as the audit log tells of it while nobody knows who it is from. */
function describeCall({ client }: CallOrigin, { permission, object }: CallChange): Omit<AuditEvent, 'outcome'> {
  return { actor: { kind: 'client', id: client }, action: permission.replace(':', '.'), object }
}

/**
 * Makes a change for a call. What comes of it is in the audit log: a change together with its entry, a refusal before it is
 * answered.
 *
 * @param work makes the change; it writes its own entry, of the event it is given, in the transaction of the change
 * @throws what `work` and the authorization throw
 */
export async function answerAuditedCall<T>(
  change: CallChange,
  origin: CallOrigin,
  { authorize, audit }: { readonly authorize: AuthorizeCall; readonly audit: AuditLog },
  work: (caller: Caller, event: AuditEvent) => Promise<T>,
): Promise<T> {
  let event: AuditEvent = { ...describeCall(origin, change), outcome: 'done' }
  try {
    const caller = await authorize(origin, change.permission, change.object)
    event = { ...event, actor: caller.actor }
    return await work(caller, event)
  } catch (error) {
    const code = isCodedError(error) ? error.code : 'SERVICE_INTERNAL'
    await audit.record({ ...event, outcome: isRefusal(error) ? 'refused' : 'failed', code })
    throw error
  }
}
