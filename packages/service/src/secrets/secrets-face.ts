import { z } from '@hono/zod-openapi'
import { isResourceSegment } from '@veritee/broker/resources'
import { admitRequest, coversPath, EVERYWHERE, type Gate } from '../access/index.ts'
import type { AuditLog } from '../audit/index.ts'
import { ServiceError } from '../errors.ts'
import { type Face, type HttpContext, readPage } from '../http/index.ts'
import { describeAdminOperation, listQuery, pageOf, refusal } from '../http/operation.ts'
import type { SecretFacts, SecretRoom } from './secret-room.ts'

const SECRET = z
  .object({
    name: z.string(),
    bytes: z.number(),
    version: z.number().optional(),
    keyId: z.string().optional(),
    createdAt: z.number().optional(),
    changedAt: z.number().optional(),
    changedBy: z.string().optional(),
    releasedAt: z.number().optional(),
  })
  .openapi('Secret')

export interface SecretsFaceOptions {
  readonly gate: Gate
  readonly secrets: SecretRoom
  readonly audit: AuditLog
}

/** What may be told about secrets. No route of this face gives a value out. */
export function createSecretsFace(options: SecretsFaceOptions): Face {
  const { gate, secrets, audit } = options
  return {
    name: 'secrets',
    basePaths: ['/api/v1'],
    routes: [
      {
        method: 'get',
        path: '/secrets',
        operation: describeAdminOperation(
          'Secrets by path, with their size and when they were stored and released; never a value',
          pageOf(SECRET),
          { request: { query: listQuery('prefix') } },
        ),
        respond: (c) => listSecrets(c, options),
      },
      {
        method: 'get',
        path: '/secrets/{repository}/{type}/{tag}',
        operation: describeAdminOperation('One secret, without its value', SECRET, {
          request: { params: z.object({ repository: z.string(), type: z.string(), tag: z.string() }) },
          responses: { 404: refusal('There is no such secret') },
        }),
        async respond(c) {
          const { repository, type, tag } = c.req.param() as Record<string, string>
          const name = `${repository}/${type}/${tag}`
          await admitRequest(c, gate, 'secrets:list', name)
          const [facts] = await secrets.describe({ below: [name], limit: 1 })
          if (facts === undefined)
            throw new ServiceError('SERVICE_SECRET_NOT_FOUND', undefined, { details: { path: name } })
          return c.json(await tellHistory(facts, audit))
        },
      },
    ],
  }
}

async function listSecrets(c: HttpContext, { gate, secrets, audit }: SecretsFaceOptions): Promise<Response> {
  const { scopes } = await admitRequest(c, gate, 'secrets:list')
  const query = c.req.query()
  const below = narrowScopes(scopes, readPrefix(query['prefix']))
  const page = await readPage<SecretFacts>({
    query,
    filters: ['prefix'],
    descending: false,
    read: ({ limit = 1, after, descending }) => secrets.describe({ below, limit, after, descending }),
    keyOf: ({ name }) => name,
  })
  return c.json({ ...page, items: await Promise.all(page.items.map((facts) => tellHistory(facts, audit))) })
}

/** @throws ServiceError SERVICE_REQUEST_INVALID */
function readPrefix(text = ''): string {
  const path = text.replace(/\/$/, '')
  if (path === '' || (path.length <= 768 && path.split('/').every(isResourceSegment))) return path
  throw new ServiceError('SERVICE_REQUEST_INVALID', 'prefix: not the beginning of a path.', {
    details: { path: 'prefix', expected: 'REPOSITORY or REPOSITORY/TYPE', actual: text.slice(0, 64) },
  })
}

/** The paths that are both asked for and allowed. */
function narrowScopes(scopes: readonly string[], prefix: string): string[] {
  if (scopes.includes(EVERYWHERE) || (prefix !== '' && coversPath(scopes, prefix))) return [prefix]
  return scopes.filter((scope) => prefix === '' || scope.startsWith(`${prefix}/`))
}

/** When it was stored first and last, and released last: what the audit log says. */
async function tellHistory(facts: SecretFacts, audit: AuditLog): Promise<object> {
  const find = async (action: string, descending: boolean) =>
    (await audit.list({ where: { object: facts.name, action, outcome: 'done' }, limit: 1, descending }))[0]
  const [created, changed, released] = await Promise.all([
    find('secret.write', false),
    find('secret.write', true),
    find('secret.release', true),
  ])
  return {
    ...facts,
    ...(created === undefined ? {} : { createdAt: created.time }),
    ...(changed === undefined ? {} : { changedAt: changed.time, changedBy: changed.actor.id }),
    ...(released === undefined ? {} : { releasedAt: released.time }),
  }
}
