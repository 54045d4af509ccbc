import type { HttpBindings } from '@hono/node-server'
import type { RouteConfig } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Permission, Principal } from '../access/index.ts'
import type { AuditActor, AuditEvent } from '../audit/index.ts'
import type { StoreEntry } from '../store/index.ts'

/** What every request carries through the service. */
export interface HttpEnv {
  /** Absent for requests made in this process through `Service.fetch`. */
  Bindings: Partial<HttpBindings>
  Variables: {
    requestId: string
    /** Named facts that the log line of the request says: never headers, bodies or secrets. */
    facts: Readonly<Record<string, unknown>>
    /** Who was admitted, and what for. */
    principal?: Principal
    permission?: Permission
    /** Who a request is from when it is no administrator, such as a machine that attested. */
    actor?: AuditActor
    /** Who called, as the audit entry of the request says it. */
    caller?: Readonly<Record<string, string>>
    /** What the audit entry of the request says beside what its route says. */
    auditDetail?: Partial<Pick<AuditEvent, 'object' | 'detail' | 'reason'>>
    /** Records that are written together with the audit entry. */
    auditRecords?: readonly StoreEntry[]
    /** How the face of the request tells of errors. */
    describe?: NonNullable<Face['describe']>
    /** The route wrote its entry itself, together with its change. */
    audited?: boolean
  }
}

export type HttpContext = Context<HttpEnv>

/** One operation of a face: how it is reached, what the OpenAPI document says of it, and what answers it. */
export interface Route {
  readonly method: 'get' | 'post' | 'delete'
  /** Below the face's base paths, with parameters in braces: `/resource/{repository}/{type}/{tag}`. */
  readonly path: string
  /** The last parameter is any text: percent-encoded, slashes included. `readFreeTail` gives it decoded. */
  readonly freeTail?: boolean
  readonly operation: Pick<RouteConfig, 'summary' | 'description' | 'request' | 'responses' | 'security'>
  /** The name under which every request of this route is in the audit log, whatever comes of it. */
  readonly audit?: string
  respond(context: HttpContext): Promise<Response> | Response
}

/** What a refused request is answered with. */
export interface Refusal {
  readonly status: ContentfulStatusCode
  readonly problem: { readonly code: string; readonly [name: string]: unknown }
  /** Default `application/json`. */
  readonly contentType?: string
}

/** A group of routes under one or more base paths; the first base path is the one that the OpenAPI document shows. */
export interface Face {
  readonly name: string
  readonly basePaths: readonly [string, ...string[]]
  readonly routes: readonly Route[]
  /** How this face tells of errors, where its clients know another form than the common one. */
  describe?(error: unknown, requestId: string): Refusal
}
