import {
  admitRequest,
  CHECKED_LATER,
  checkPermission,
  coversPath,
  type Gate,
  type Principal,
} from '../../access/index.ts'
import { nameActor } from '../../audit/index.ts'
import { ServiceError } from '../../errors.ts'
import type { HttpContext } from '../../http/index.ts'
import { isLocalRequest } from '../../limits/index.ts'
import type { PolicyAuthor, PolicyHead, PolicyKind } from '../types.ts'

/** Name under which changes are recorded that came from this machine without a token. */
const LOCAL = 'http on this machine'
const EVERYWHERE: readonly string[] = ['*']

/**
 * Lets a request for attestation policies pass: an administrator's, or any from this machine where the configuration says so.
 *
 * @param object what the audit entry of a refusal names
 * @returns what a change made for the request is recorded with
 * @throws ServiceError SERVICE_ADMIN_TOKEN_*, SERVICE_ACCESS_*
 */
export async function admitPolicyRequest(
  c: HttpContext,
  gate: Gate,
  permission: 'policies:read' | 'policies:write',
  object: string,
  openOnLoopback: boolean,
): Promise<PolicyAuthor> {
  if (openOnLoopback && c.req.header('authorization') === undefined && isLocalProgram(c)) {
    c.set('permission', permission)
    c.set('actor', { kind: 'client', id: LOCAL })
    c.set('auditDetail', { object })
    const author = { actor: nameActor(c), by: LOCAL, reason: 'set', requestId: c.get('requestId') }
    return { ...author, permits: expectAttestation }
  }
  const author = await admitPolicyAuthor(c, gate, permission, object)
  author.permits?.('attestation', [])
  return {
    ...author,
    permits(kind, scopes) {
      expectAttestation(kind)
      author.permits?.(kind, scopes)
    },
  }
}

const LOCAL_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

/**
 * Whether a request is from a program of this machine that means this service. A page that somebody opened in a browser here
 * says where it is from, or asks for a name that somebody else had resolved to this machine.
 */
function isLocalProgram(c: HttpContext): boolean {
  if (!isLocalRequest(c) || c.req.header('origin') !== undefined) return false
  const fetchedBy = c.req.header('sec-fetch-site')
  const host = c.req.header('host')
  return (fetchedBy === undefined || fetchedBy === 'none') && (host === undefined || LOCAL_HOST.test(host))
}

/** What is there for attestation policies changes no others. @throws ServiceError SERVICE_POLICY_CONFLICT */
export function expectAttestation(kind: PolicyKind): void {
  if (kind === 'attestation') return
  throw new ServiceError('SERVICE_POLICY_CONFLICT', 'The id belongs to a resource policy.', {
    details: { path: 'policy_id', expected: 'attestation', actual: kind },
  })
}

/**
 * Lets a request pass for what its key may do: with scopes that is the resource policies that stay within them, and no
 * attestation policies.
 */
export async function admitPolicyAuthor(
  c: HttpContext,
  gate: Gate,
  permission: 'policies:read' | 'policies:write',
  object: string,
  reason: string = 'set',
): Promise<PolicyAuthor> {
  c.set('auditDetail', { object: object.slice(0, 128) })
  const principal = await admitRequest(c, gate, permission, CHECKED_LATER)
  return {
    actor: nameActor(c),
    by: principal.subject ?? principal.name,
    reason,
    requestId: c.get('requestId'),
    permits: (kind, scopes) => expectScopes(principal, permission, kind, scopes),
  }
}

function expectScopes(
  principal: Principal,
  permission: 'policies:read' | 'policies:write',
  kind: PolicyKind,
  scopes: readonly string[],
): void {
  for (const scope of kind === 'resource' ? scopes : EVERYWHERE) checkPermission(principal, permission, scope)
}

/** Whether a key sees a policy: attestation policies concern everybody, resource policies those whose paths they touch. */
export function seesPolicy({ scopes }: Principal, head: PolicyHead): boolean {
  if (head.kind === 'attestation' || head.scopes.includes('*')) return true
  return head.scopes.some((scope) => coversPath(scopes, scope)) || scopes.some((own) => coversPath(head.scopes, own))
}
