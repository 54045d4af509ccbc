/** Policies under the key broker's paths, in the words of its existing clients. */
import { z } from '@hono/zod-openapi'
import { decodeHex, encodeBase64Url, encodeUtf8 } from '@veritee/codec/bytes'
import type { Gate } from '../../access/index.ts'
import { ServiceError } from '../../errors.ts'
import { type Face, type HttpContext, readJsonBody } from '../../http/index.ts'
import { describeAdminOperation, jsonContent, refusal } from '../../http/operation.ts'
import type { PolicyRoom } from '../room/room.ts'
import { RESOURCE_POLICY_ID } from '../room/rules.ts'
import type { PolicyAuthor, PolicyKind } from '../types.ts'
import { admitPolicyAuthor, admitPolicyRequest } from './access.ts'
import { decodePolicy, POLICY_BODY, RESOURCE_POLICY_BODY } from './text.ts'

export interface PolicyBrokerFaceOptions {
  readonly room: PolicyRoom
  readonly gate: Gate
  readonly bodyBytes: number
  readonly openOnLoopback: boolean
}

const PARAMS = z.object({ id: z.string() })
const BODY = { body: { content: jsonContent(POLICY_BODY) } }
const ABSENT = { 404: refusal('There is no such policy') }

/** `/resource-policy` and `/attestation-policy` of the key broker: texts in base64url, in force at once. */
export function createPolicyBrokerFace(options: PolicyBrokerFaceOptions): Face {
  const { room, gate, bodyBytes, openOnLoopback } = options
  const admit = (c: HttpContext, permission: 'policies:read' | 'policies:write', id: string) =>
    admitPolicyRequest(c, gate, permission, id, openOnLoopback)
  return {
    name: 'policies of the key broker',
    basePaths: ['/kbs/v0', '/api/kbs/v0'],
    routes: [
      {
        method: 'post',
        path: '/resource-policy',
        operation: describeAdminOperation('Set the resource policy', 'Compiled, stored and in force', {
          request: { body: { content: jsonContent(RESOURCE_POLICY_BODY) } },
        }),
        async respond(c) {
          const author = await admitPolicyAuthor(c, gate, 'policies:write', RESOURCE_POLICY_ID)
          author.permits?.('resource', ['*'])
          const { policy } = await readJsonBody(c, bodyBytes, RESOURCE_POLICY_BODY)
          await putPolicy(c, room, 'resource', RESOURCE_POLICY_ID, policy, author)
          return c.body(null, 200)
        },
      },
      {
        method: 'get',
        path: '/resource-policy',
        operation: describeAdminOperation('The resource policy as base64url, or the ids of all', 'Text', {
          request: { query: z.object({ format: z.enum(['text', 'list']).optional() }) },
          responses: ABSENT,
        }),
        async respond(c) {
          const author = await admitPolicyAuthor(c, gate, 'policies:read', RESOURCE_POLICY_ID)
          author.permits?.('resource', ['*'])
          if (c.req.query('format') === 'list') return c.json(await listResourceIds(room))
          return answerText(c, await readText(room, RESOURCE_POLICY_ID, 'resource'), 'text/xml')
        },
      },
      {
        method: 'post',
        path: '/attestation-policy',
        operation: describeAdminOperation('Set an attestation policy', 'Compiled, stored and in force', {
          request: BODY,
        }),
        async respond(c) {
          const author = await admit(c, 'policies:write', 'attestation-policy')
          const body = await readJsonBody(c, bodyBytes, POLICY_BODY)
          await putPolicy(c, room, 'attestation', body.policy_id, body.policy, author)
          return c.body(null, 200)
        },
      },
      {
        method: 'get',
        path: '/attestation-policies',
        operation: describeAdminOperation('Ids and digests of attestation policies', z.record(z.string(), z.string())),
        async respond(c) {
          await admit(c, 'policies:read', 'attestation-policies')
          const listed = await listDigests(room)
          return c.json(Object.fromEntries(listed.map(({ id, hash }) => [id, encodeBase64Url(decodeHex(hash))])))
        },
      },
      {
        method: 'get',
        path: '/attestation-policy/{id}',
        operation: describeAdminOperation('An attestation policy as base64url', 'Text', {
          request: { params: PARAMS },
          responses: ABSENT,
        }),
        async respond(c) {
          const id = c.req.param('id') as string
          await admit(c, 'policies:read', id)
          return answerText(c, await readText(room, id, 'attestation'), 'application/json')
        },
      },
      {
        method: 'delete',
        path: '/attestation-policy/{id}',
        operation: describeAdminOperation('Delete an attestation policy', 'Deleted', {
          request: { params: PARAMS },
          responses: ABSENT,
        }),
        async respond(c) {
          const id = c.req.param('id') as string
          const author = await admit(c, 'policies:write', id)
          await room.delete(id, author)
          c.set('audited', true)
          return c.body(null, 200)
        },
      },
    ],
  }
}

/** Compiles a text in base64url, stores it and brings it into force. */
export async function putPolicy(
  c: HttpContext,
  room: PolicyRoom,
  kind: PolicyKind,
  id: string,
  encoded: string,
  author: PolicyAuthor,
): Promise<void> {
  c.set('auditDetail', { object: id.slice(0, 128) })
  await room.put({ id, kind, text: decodePolicy(encoded), activate: true }, author)
  c.set('audited', true)
}

async function listResourceIds(room: PolicyRoom): Promise<string[]> {
  const heads = await room.list()
  return heads.flatMap(({ id, kind, activeVersion }) => (kind === 'resource' && activeVersion !== undefined ? id : []))
}

/** The text in force. @throws ServiceError SERVICE_POLICY_UNKNOWN */
export async function readText(room: PolicyRoom, id: string, kind: PolicyKind): Promise<string> {
  const active = await room.readActive(id)
  if (active?.head.kind === kind) return active.text
  throw new ServiceError('SERVICE_POLICY_UNKNOWN', `There is no policy ${id} in force.`, {
    details: { path: 'id', actual: id },
  })
}

/** Attestation policies in force, with the SHA-384 of each in hexadecimal. */
export async function listDigests(room: PolicyRoom): Promise<{ readonly id: string; readonly hash: string }[]> {
  const heads = (await room.list()).filter(({ kind }) => kind === 'attestation')
  const active = await Promise.all(heads.map(({ id }) => room.readActive(id)))
  return active.flatMap((policy) => (policy === undefined ? [] : [{ id: policy.head.id, hash: policy.hash }]))
}

function answerText(c: HttpContext, text: string, type: string): Response {
  return c.body(encodeBase64Url(encodeUtf8(text)), 200, { 'content-type': type })
}
