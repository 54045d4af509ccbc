import { z } from '@hono/zod-openapi'
import { type AuditLog, nameActor } from '../audit/index.ts'
import { type Face, type HttpContext, pageOver, readJsonBody } from '../http/index.ts'
import { describeAdminOperation, jsonContent, listQuery, pageOf, refusal } from '../http/operation.ts'
import { admitRequest } from './admit.ts'
import type { Gate } from './gate.ts'
import { type AccessKey, type KeyRoom, parseAccessPublicKey } from './key-room.ts'
import { EVERYWHERE, listPermissions, ROLES } from './roles.ts'

const FILTERS = ['role', 'expired'] as const
const BODY_BYTES = 16 * 1024
const SCOPE = /^(?:\*|[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9_.-]*){0,7})$/

const NEW_KEY = z.strictObject({
  name: z.string().min(1).max(128),
  role: z.enum(['admin', 'policy-author', 'secret-writer', 'auditor', 'reader']),
  /** Paths; `*` is everything. */
  scopes: z
    .array(z.string().max(256).regex(SCOPE, 'a path such as team-a or default/key, or *'))
    .min(1)
    .max(64)
    .default([EVERYWHERE]),
  publicKey: z.string().max(4096),
  expiresAt: z.int().min(0).optional(),
})

const KEY = z.object({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  scopes: z.array(z.string()),
  publicKey: z.string(),
  createdAt: z.number(),
  createdBy: z.string(),
  expiresAt: z.number().optional(),
})

export interface AccessFaceOptions {
  readonly gate: Gate
  readonly keys: KeyRoom
  readonly audit: AuditLog
  /** Parts of the service that are there, for whoever draws a page of it. */
  readonly features: readonly string[]
  /** Epoch seconds. */
  readonly now: () => number
}

/** Who am I, and who may do what. */
export function createAccessFace(options: AccessFaceOptions): Face {
  const { gate, features } = options
  return {
    name: 'access',
    basePaths: ['/api/v1'],
    routes: [
      {
        method: 'get',
        path: '/me',
        operation: describeAdminOperation(
          'Who the token is from, and what it may do',
          z.object({
            id: z.string(),
            name: z.string(),
            role: z.string(),
            scopes: z.array(z.string()),
            permissions: z.array(z.string()),
            features: z.array(z.string()),
            expiresAt: z.number(),
          }),
        ),
        async respond(c) {
          const principal = await gate.authenticate(c.req.header('authorization'))
          return c.json({ ...principal, permissions: listPermissions(principal.role), features })
        },
      },
      {
        method: 'get',
        path: '/access/roles',
        operation: describeAdminOperation(
          'Every role with its permissions',
          z.object({ items: z.array(z.object({ role: z.string(), permissions: z.array(z.string()) })) }),
        ),
        async respond(c) {
          await admitRequest(c, gate, 'access:read')
          return c.json({ items: ROLES.map((role) => ({ role, permissions: listPermissions(role) })) })
        },
      },
      {
        method: 'get',
        path: '/access/keys',
        operation: describeAdminOperation('The registered keys', pageOf(KEY), {
          request: { query: listQuery(...FILTERS) },
        }),
        respond: (c) => listKeys(c, options),
      },
      {
        method: 'post',
        path: '/access/keys',
        operation: describeAdminOperation('Register a public key with a role and scopes', KEY, {
          request: { body: { content: jsonContent(NEW_KEY) } },
          responses: { 409: refusal('The key is registered already') },
        }),
        respond: (c) => addKey(c, options),
      },
      {
        method: 'delete',
        path: '/access/keys/{id}',
        operation: describeAdminOperation('Remove a key: its tokens are refused from now on', 'Removed', {
          request: { params: z.object({ id: z.string() }) },
          responses: { 404: refusal('There is no such key') },
        }),
        respond: (c) => removeKey(c, options),
      },
    ],
  }
}

async function listKeys(c: HttpContext, { gate, keys, now }: AccessFaceOptions): Promise<Response> {
  await admitRequest(c, gate, 'access:read')
  const query = c.req.query()
  const { role, expired } = query
  const items = (await keys.list()).filter(
    (key) =>
      (role === undefined || key.role === role) &&
      (expired === undefined || String(key.expiresAt !== undefined && key.expiresAt <= now()) === expired),
  )
  const choices = { role: ROLES, expired: ['true', 'false'] }
  return c.json(await pageOver(items, { query, filters: FILTERS, choices, keyOf: ({ id }) => id }))
}

async function addKey(c: HttpContext, { gate, keys, audit, now }: AccessFaceOptions): Promise<Response> {
  const principal = await admitRequest(c, gate, 'access:write')
  const { name, role, scopes, publicKey, expiresAt } = await readJsonBody(c, BODY_BYTES, NEW_KEY)
  const { id, pem } = parseAccessPublicKey(publicKey)
  const key: AccessKey = {
    id,
    name,
    role,
    scopes,
    publicKey: pem,
    createdAt: now(),
    createdBy: principal.id,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
  const detail = { name, role, scopes: scopes.join(' '), ...(expiresAt === undefined ? {} : { expiresAt }) }
  c.set('auditDetail', { object: id, detail })
  await audit.commit(
    { actor: nameActor(c), action: 'access.write', object: id, outcome: 'done', requestId: c.get('requestId'), detail },
    (access) => keys.add(key, access),
  )
  c.set('audited', true)
  return c.json(key)
}

async function removeKey(c: HttpContext, { gate, keys, audit }: AccessFaceOptions): Promise<Response> {
  const id = c.req.param('id') as string
  await admitRequest(c, gate, 'access:write')
  c.set('auditDetail', { object: id })
  await audit.commit(
    { actor: nameActor(c), action: 'access.remove', object: id, outcome: 'done', requestId: c.get('requestId') },
    (access) => keys.remove(id, access),
  )
  c.set('audited', true)
  return c.body(null, 200)
}
