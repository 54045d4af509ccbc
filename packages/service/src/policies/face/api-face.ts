/** Our own API for policies: versions, activation, roll back, dry run. */
import { z } from '@hono/zod-openapi'
import { encodeUtf8 } from '@veritee/codec/bytes'
import { admitRequest, checkPermission, type Gate, type Principal } from '../../access/index.ts'
import type { AttemptRoom } from '../../attempts/index.ts'
import { ServiceError } from '../../errors.ts'
import { type Face, type HttpContext, type Route, readJsonBody, readPage } from '../../http/index.ts'
import { describeAdminOperation, jsonContent, listQuery, pageOf, refusal } from '../../http/operation.ts'
import type { PolicyAppraiser } from '../appraiser.ts'
import { prepareDryRun } from '../dry-run.ts'
import type { PolicyRoom } from '../room/room.ts'
import { unknownPolicy } from '../room/rules.ts'
import type { PolicyHead, PolicyVersion } from '../types.ts'
import { admitPolicyAuthor, seesPolicy } from './access.ts'

export interface PolicyApiFaceOptions {
  readonly room: PolicyRoom
  readonly appraiser: PolicyAppraiser
  readonly attempts: AttemptRoom
  readonly gate: Gate
  readonly bodyBytes: number
  /** Epoch seconds. */
  readonly now: () => number
}

const REASON = z.string().min(1).max(512)
const DIALECT = z.enum(['auto', 'v0', 'v1'])
const SCOPE = z.string().regex(/^(?:\*|[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9_.-]*){0,2})$/)
const PUT = z.strictObject({
  kind: z.enum(['attestation', 'resource']).default('attestation'),
  text: z.string().min(1),
  dialect: DIALECT.default('auto'),
  scopes: z.array(SCOPE).min(1).max(64).optional(),
  shape: z.enum(['text', 'segments']).optional(),
  reason: REASON,
  activate: z.boolean().default(false),
})
const ACT = z.strictObject({ reason: REASON })
const ROLL_BACK = z.strictObject({ reason: REASON, version: z.int().min(1).optional() })
const DRY_RUN = z.strictObject({
  text: z.string().min(1).optional(),
  version: z.int().min(1).optional(),
  dialect: DIALECT.default('auto'),
  last: z.int().min(1).max(10_000).default(1000),
  since: z.int().min(0).optional(),
  until: z.int().min(0).optional(),
  tee: z.string().max(64).optional(),
})

const POLICY = z.object({ id: z.string(), kind: z.string(), latestVersion: z.number() }).loose().openapi('Policy')
const VERSION = z
  .object({ id: z.string(), version: z.number(), hash: z.string(), by: z.string(), at: z.number(), reason: z.string() })
  .loose()
  .openapi('PolicyVersion')
const ID = z.object({ id: z.string() })
const NUMBERED = z.object({ id: z.string(), version: z.string() })
const ABSENT = { 404: refusal('There is no such policy or version') }

export function createPolicyApiFace(options: PolicyApiFaceOptions): Face {
  return { name: 'policies', basePaths: ['/api/v1'], routes: [...createReads(options), ...createChanges(options)] }
}

const idOf = (c: HttpContext): string => c.req.param('id') as string
/** What is no number of a version is a version that is not there. */
const versionOf = (c: HttpContext): number => {
  const text = c.req.param('version') ?? ''
  return /^\d{1,10}$/.test(text) ? Number(text) : 0
}

/** What a key does not see is not there for it. */
async function readSeenHead(c: HttpContext, { room, gate }: PolicyApiFaceOptions): Promise<PolicyHead> {
  const principal = await admitRequest(c, gate, 'policies:read')
  const head = await room.readHead(idOf(c))
  if (seesPolicy(principal, head)) return head
  throw unknownPolicy(head.id)
}

function createReads(options: PolicyApiFaceOptions): Route[] {
  const { room, gate } = options
  return [
    {
      method: 'get',
      path: '/policies',
      operation: describeAdminOperation('Policies', pageOf(POLICY), { request: { query: listQuery('kind') } }),
      async respond(c) {
        const principal = await admitRequest(c, gate, 'policies:read')
        const query = c.req.query()
        const { kind } = query
        const heads = (await room.list()).filter(
          (head) => seesPolicy(principal, head) && (kind === undefined || head.kind === kind),
        )
        const keyOf = ({ id }: PolicyHead) => id
        const read = async ({ limit = 0, after, descending = false }: Range) => {
          const ordered = descending ? heads.toReversed() : heads
          const from = ordered.findIndex(({ id }) => after === undefined || (descending ? id < after : id > after))
          return from < 0 ? [] : ordered.slice(from, from + limit)
        }
        return c.json(
          await readPage({
            query,
            filters: ['kind'],
            choices: { kind: ['attestation', 'resource'] },
            descending: false,
            keyOf,
            read,
          }),
        )
      },
    },
    {
      method: 'get',
      path: '/policies/{id}',
      operation: describeAdminOperation('One policy with the text in force', POLICY, {
        request: { params: ID },
        responses: ABSENT,
      }),
      async respond(c) {
        const head = await readSeenHead(c, options)
        const active = await room.readActive(head.id)
        c.header('etag', `"${head.latestVersion}"`)
        const { text, hash, file } = active ?? {}
        return c.json({
          ...head,
          ...(text === undefined ? {} : { text, hash }),
          ...(file === undefined ? {} : { file }),
        })
      },
    },
    {
      method: 'get',
      path: '/policies/{id}/versions',
      operation: describeAdminOperation('Versions of a policy, newest first', pageOf(VERSION), {
        request: { params: ID, query: listQuery() },
        responses: ABSENT,
      }),
      async respond(c) {
        const { latestVersion, activeVersion, id } = await readSeenHead(c, options)
        const keyOf = ({ version }: PolicyVersion) => String(version).padStart(10, '0')
        const read = async ({ limit = 0, after, descending = false }: Range) => {
          const place = after === undefined ? undefined : Number(after)
          if (descending) return room.listVersions(id, { limit, ...(place === undefined ? {} : { before: place }) })
          const first = (place ?? 0) + 1
          const last = Math.min(latestVersion, first + limit - 1)
          return last < first
            ? []
            : (await room.listVersions(id, { limit: last - first + 1, before: last + 1 })).toReversed()
        }
        const page = await readPage({
          query: c.req.query(),
          filters: [],
          descending: true,
          keyOf,
          keyForm: /^\d{10}$/,
          read,
        })
        const items = page.items.map(({ text: _, ...version }) => ({
          ...version,
          active: version.version === activeVersion,
        }))
        return c.json({ ...page, items })
      },
    },
    {
      method: 'get',
      path: '/policies/{id}/versions/{version}',
      operation: describeAdminOperation('One version with its text', VERSION, {
        request: { params: NUMBERED },
        responses: ABSENT,
      }),
      async respond(c) {
        const { id } = await readSeenHead(c, options)
        return c.json(await room.readVersion(id, versionOf(c)))
      },
    },
  ]
}

type Range = { limit?: number; after?: string | undefined; descending?: boolean | undefined }

function createChanges(options: PolicyApiFaceOptions): Route[] {
  const { room, gate, bodyBytes } = options
  return [
    {
      method: 'post',
      path: '/policies/{id}/versions',
      operation: describeAdminOperation('A new version of a policy, compiled before it is kept', VERSION, {
        request: { params: ID, body: { content: jsonContent(PUT) } },
        responses: { 409: refusal('A policy of the other kind'), 412: refusal('Changed since') },
      }),
      respond: (c) => putVersion(c, options),
    },
    {
      method: 'post',
      path: '/policies/{id}/versions/{version}/activate',
      operation: describeAdminOperation('Bring a version into force', POLICY, {
        request: { params: NUMBERED, body: { content: jsonContent(ACT) } },
        responses: ABSENT,
      }),
      async respond(c) {
        const author = await admitPolicyAuthor(c, gate, 'policies:write', idOf(c))
        const { reason } = await readJsonBody(c, bodyBytes, ACT)
        const head = await room.activate(idOf(c), versionOf(c), { ...author, reason })
        c.set('audited', true)
        return c.json(head)
      },
    },
    {
      method: 'post',
      path: '/policies/{id}/rollback',
      operation: describeAdminOperation('Bring an earlier text back, as a new version', VERSION, {
        request: { params: ID, body: { content: jsonContent(ROLL_BACK) } },
        responses: ABSENT,
      }),
      async respond(c) {
        const author = await admitPolicyAuthor(c, gate, 'policies:write', idOf(c))
        const { reason, version } = await readJsonBody(c, bodyBytes, ROLL_BACK)
        const made = await room.rollBack(idOf(c), version, { ...author, reason })
        c.set('audited', true)
        return c.json(made)
      },
    },
    {
      method: 'delete',
      path: '/policies/{id}',
      operation: describeAdminOperation('Take a policy out of force', 'Its versions stay', {
        request: { params: ID },
        responses: { ...ABSENT, 409: refusal('The default policy, or a file') },
      }),
      async respond(c) {
        const author = await admitPolicyAuthor(c, gate, 'policies:write', idOf(c), 'deleted')
        await room.delete(idOf(c), author)
        c.set('audited', true)
        return c.body(null, 200)
      },
    },
    {
      method: 'post',
      path: '/policies/{id}/dry-run',
      operation: describeAdminOperation('What recorded attestations would come out as; JSON lines', 'JSON lines', {
        request: { params: ID, body: { content: jsonContent(DRY_RUN) } },
        responses: ABSENT,
      }),
      async respond(c) {
        await admitRequest(c, gate, 'policies:read')
        checkPermission(c.get('principal') as Principal, 'attestations:read')
        return answerDryRun(c, options)
      },
    },
  ]
}

async function putVersion(c: HttpContext, options: PolicyApiFaceOptions): Promise<Response> {
  const author = await admitPolicyAuthor(c, options.gate, 'policies:write', idOf(c))
  const { reason, scopes, shape, ...body } = await readJsonBody(c, options.bodyBytes, PUT)
  const expectedVersion = readIfMatch(c)
  const made = await options.room.put(
    {
      id: idOf(c),
      ...body,
      ...(scopes === undefined ? {} : { scopes }),
      ...(shape === undefined ? {} : { shape }),
      ...(expectedVersion === undefined ? {} : { expectedVersion }),
    },
    { ...author, reason },
  )
  c.set('audited', true)
  c.header('etag', `"${made.version}"`)
  return c.json(made)
}

function readIfMatch(c: HttpContext): number | undefined {
  const header = c.req.header('if-match')
  if (header === undefined) return undefined
  const match = /^"(\d{1,10})"$/.exec(header)
  if (match !== null) return Number(match[1])
  throw new ServiceError('SERVICE_REQUEST_INVALID', 'If-Match takes the number of a version in quotes.', {
    details: { path: 'if-match', expected: '"VERSION"', actual: header.slice(0, 64) },
  })
}

async function answerDryRun(
  c: HttpContext,
  { room, appraiser, attempts, bodyBytes, now }: PolicyApiFaceOptions,
): Promise<Response> {
  const { text: given, version, ...window } = await readJsonBody(c, bodyBytes, DRY_RUN)
  const id = idOf(c)
  const text = given ?? (await (version === undefined ? room.readActive(id) : room.readVersion(id, version)))?.text
  if (text === undefined)
    throw new ServiceError('SERVICE_REQUEST_INVALID', 'text: nothing to try: give a text or a version.', {
      details: { path: 'text' },
    })
  const halted = new AbortController()
  const { since, until, tee, ...rest } = window
  let write: (line: object) => void = () => undefined
  const run = prepareDryRun(
    {
      id,
      text,
      ...rest,
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
      ...(tee === undefined ? {} : { tee }),
    },
    { attempts, appraiser, now, signal: halted.signal, onProgress: (done, total) => write({ done, total }) },
  )
  const lines = new ReadableStream<Uint8Array>({
    async start(controller) {
      write = (line) => controller.enqueue(encodeUtf8(`${JSON.stringify(line)}\n`))
      try {
        write(await run())
        controller.close()
      } catch (error) {
        // Whoever asked has had the beginning already: an answer that ends early is no result.
        controller.error(error)
      }
    },
    cancel: () => halted.abort(),
  })
  return c.body(lines, 200, { 'content-type': 'application/x-ndjson' })
}
