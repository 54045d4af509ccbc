import { admitRequest, type Gate } from '../../access/index.ts'
import type { AuditLog } from '../../audit/index.ts'
import { nameActor } from '../../audit/index.ts'
import type { HttpContext } from '../../http/index.ts'
import type { ReferenceActor, ReferenceSet } from '../types.ts'

/** What a request wants to do with reference values. */
export type ReferencePermission = 'references:read' | 'references:write'

/** Who a request was let pass as. */
export interface ReferencePrincipal extends ReferenceActor {
  /** Sets that may be seen, `*` for all. */
  readonly scopes: readonly string[]
}

/**
 * Lets a request pass and says who it is from, or throws what the caller is to learn.
 *
 * @param object the set that is worked on, `*` for all of them; absent for lists, which must be cut to the scopes
 */
export type Authorize = (
  c: HttpContext,
  permission: ReferencePermission,
  object: string | undefined,
) => Promise<ReferencePrincipal>

export function createAuthorizer(gate: Gate, audit: AuditLog): Authorize {
  return async (c, permission, object) => {
    const { subject, name, scopes } = await admitRequest(c, gate, permission, object)
    return {
      by: subject ?? name,
      scopes,
      async record({ name: set, version, digest, reason }: ReferenceSet, access) {
        await audit.append(
          {
            actor: nameActor(c),
            action: 'references.write',
            object: set,
            outcome: 'done',
            requestId: c.get('requestId'),
            reason,
            detail: { version, sha384: digest },
          },
          access,
        )
        c.set('audited', true)
      },
    }
  }
}
