import { isCodedError } from '@veritee/codec/error'
import { type HttpContext, type Route, readClientAddress } from '../http/index.ts'
import type { AuditActor, AuditEvent } from './entry.ts'
import type { AuditLog } from './log.ts'

const MAX_TEXT = 512

/**
 * Answers a route and writes what came of it into the log, before the answer leaves: nothing is released that the log does
 * not say. Entered are the routes that name an audit action, every act of an administrator that changes something, and
 * every refusal of an administrator's token or role.
 *
 * @throws what the route throws; ServiceError SERVICE_STORE_* when the entry cannot be written
 */
export async function answerAudited(route: Route, c: HttpContext, log: AuditLog): Promise<Response> {
  let response: Response
  try {
    response = await route.respond(c)
  } catch (error) {
    const action = nameAction(route, c, error)
    if (action !== undefined && c.get('audited') !== true)
      await log.record(describeRequest(c, action, error), c.get('auditRecords'))
    throw error
  }
  const action = nameAction(route, c, undefined)
  if (action !== undefined && c.get('audited') !== true)
    await log.record(describeRequest(c, action, undefined), c.get('auditRecords'))
  return response
}

function nameAction(route: Route, c: HttpContext, error: unknown): string | undefined {
  if (route.audit !== undefined) return route.audit
  const permission = c.get('permission')
  if (permission !== undefined && !permission.endsWith(':read') && !permission.endsWith(':list'))
    return permission.replace(':', '.')
  const refused = isCodedError(error) && /^SERVICE_(?:ADMIN_TOKEN|ACCESS_(?:DENIED|SCOPE))/.test(error.code)
  return refused ? (permission?.replace(':', '.') ?? `${route.method} ${route.path}`) : undefined
}

function describeRequest(c: HttpContext, action: string, error: unknown): AuditEvent {
  const { object = c.req.path, detail: told, reason } = c.get('auditDetail') ?? {}
  const caller = c.get('caller')
  const detail = told === undefined && caller === undefined ? undefined : { ...caller, ...told }
  const failure = error === undefined ? {} : describeOutcome(error)
  return {
    actor: nameActor(c),
    action,
    object: object.slice(0, MAX_TEXT),
    outcome: 'done',
    ...failure,
    requestId: c.get('requestId'),
    ...(reason === undefined ? {} : { reason: reason.slice(0, MAX_TEXT) }),
    ...(detail === undefined ? {} : { detail }),
  }
}

function describeOutcome(error: unknown): { outcome: 'refused' | 'failed'; code: string } {
  if (!isCodedError(error)) return { outcome: 'failed', code: 'SERVICE_INTERNAL' }
  return { outcome: error.status < 500 ? 'refused' : 'failed', code: error.code }
}

/** Who a request is from, as far as that was found out. */
export function nameActor(c: HttpContext): AuditActor {
  const principal = c.get('principal')
  if (principal === undefined) return c.get('actor') ?? { kind: 'client', id: readClientAddress(c) }
  const { id, name, role, subject } = principal
  return { kind: 'administrator', id, name, role, ...(subject === undefined ? {} : { subject }) }
}
