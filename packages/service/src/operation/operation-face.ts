import { z } from '@hono/zod-openapi'
import { admitRequest, coversPath, type Gate, type KeyRoom, listPermissions } from '../access/index.ts'
import type { AttemptRoom } from '../attempts/index.ts'
import { attemptKey } from '../attempts/index.ts'
import type { AuditLog } from '../audit/index.ts'
import { ServiceError } from '../errors.ts'
import type { Face, HttpContext } from '../http/index.ts'
import { describeAdminOperation, refusal } from '../http/operation.ts'
import type { KeyRing } from '../keys/index.ts'
import type { SecretRoom } from '../secrets/index.ts'
import { ALL_TOPICS, streamEvents, type Topic } from './events.ts'

const MAX_FOLLOWERS = 64
const MAX_FOUND = 20
const DAY_SECONDS = 86_400

/** Something that ends, and what stops then. */
export interface Expiry {
  readonly kind: string
  readonly id: string
  /** Epoch seconds. */
  readonly at: number
  readonly consequence: string
}

export interface OperationFaceOptions {
  readonly gate: Gate
  readonly audit: AuditLog
  readonly attempts: AttemptRoom
  readonly secrets: SecretRoom
  readonly keys: KeyRoom
  readonly ring: KeyRing
  /** What else ends: certificates, collateral. */
  readonly expiries: () => readonly Expiry[]
  /** Ends the streams when the service stops. */
  readonly stopped: AbortSignal
  /** Epoch seconds. */
  readonly now: () => number
}

/** What a page of the whole service asks: events, what ends soon, and search. */
export function createOperationFace(options: OperationFaceOptions): Face {
  const followers = { count: 0 }
  return {
    name: 'operation',
    basePaths: ['/api/v1'],
    routes: [
      {
        method: 'get',
        path: '/events',
        operation: describeAdminOperation(
          'What happens, as a stream of server-sent events',
          'text/event-stream; Last-Event-ID goes on where it broke off',
          {
            request: { query: z.object({ topics: z.string().optional() }) },
            responses: { 503: refusal('Too many follow already') },
          },
        ),
        respond: (c) => followEvents(c, options, followers),
      },
      {
        method: 'get',
        path: '/expiry',
        operation: describeAdminOperation(
          'What ends, in order of time',
          z.object({
            items: z.array(z.object({ kind: z.string(), id: z.string(), at: z.number(), consequence: z.string() })),
          }),
          {
            request: { query: z.object({ until: z.string().optional() }) },
          },
        ),
        respond: (c) => listExpiries(c, options),
      },
      {
        method: 'get',
        path: '/search',
        operation: describeAdminOperation(
          'At most 20 things that have the text in their name',
          z.object({
            items: z.array(z.object({ kind: z.string(), id: z.string(), title: z.string(), matched: z.string() })),
          }),
          {
            request: { query: z.object({ q: z.string() }) },
          },
        ),
        respond: (c) => search(c, options),
      },
    ],
  }
}

async function followEvents(
  c: HttpContext,
  { gate, audit, stopped }: OperationFaceOptions,
  followers: { count: number },
): Promise<Response> {
  await admitRequest(c, gate, 'attestations:read')
  const topics = readTopics(c.req.query('topics'))
  const last = c.req.header('last-event-id')
  if (followers.count >= MAX_FOLLOWERS) throw new ServiceError('SERVICE_EVENTS_FULL')
  followers.count++
  const ended = new AbortController()
  const signal = AbortSignal.any([ended.signal, stopped])
  const lastSeen = last !== undefined && /^\d{1,14}$/.test(last) ? Number(last) : undefined
  const events = streamEvents({ audit, topics, lastSeen, signal })
  let counted = true
  const leave = () => {
    ended.abort()
    if (counted) followers.count--
    counted = false
  }
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await events.next()
        if (done !== true) return controller.enqueue(new TextEncoder().encode(value))
        leave()
        controller.close()
      } catch {
        // The store is away: whoever follows connects again, and goes on where it was.
        leave()
        controller.close()
      }
    },
    cancel: leave,
  })
  return c.body(body, 200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' })
}

/** @throws ServiceError SERVICE_REQUEST_INVALID */
function readTopics(text: string | undefined): ReadonlySet<Topic> {
  if (text === undefined) return new Set(ALL_TOPICS)
  const names = text.split(',')
  const unknown = names.find((name) => !ALL_TOPICS.includes(name as Topic))
  if (unknown === undefined) return new Set(names as Topic[])
  throw new ServiceError('SERVICE_REQUEST_INVALID', 'topics: there is no such topic.', {
    details: { path: 'topics', expected: ALL_TOPICS, actual: unknown.slice(0, 64) },
  })
}

async function listExpiries(c: HttpContext, options: OperationFaceOptions): Promise<Response> {
  const { gate, keys, ring, expiries, now } = options
  await admitRequest(c, gate, 'attestations:read')
  const given = c.req.query('until')
  if (given !== undefined && !/^\d{1,11}$/.test(given))
    throw new ServiceError('SERVICE_REQUEST_INVALID', 'until: not epoch seconds.', { details: { path: 'until' } })
  const until = given === undefined ? now() + 90 * DAY_SECONDS : Number(given)
  const ofKeys = ring
    .describe()
    .flatMap(({ id, use, acceptedUntil: at }): Expiry[] =>
      at === undefined || at < now()
        ? []
        : [{ kind: `${use} key`, id, at, consequence: 'What it made is not understood any more.' }],
    )
  const ofAccess = (await keys.list()).flatMap(({ name, expiresAt: at }): Expiry[] =>
    at === undefined ? [] : [{ kind: 'access key', id: name, at, consequence: 'Its tokens are refused.' }],
  )
  const items = [...expiries(), ...ofKeys, ...ofAccess].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)
  return c.json({ items })
}

interface Found {
  readonly kind: string
  readonly id: string
  readonly title: string
  readonly matched: string
}

async function search(c: HttpContext, { gate, attempts, secrets, keys }: OperationFaceOptions): Promise<Response> {
  const principal = await admitRequest(c, gate, 'attestations:read')
  const q = c.req.query('q') ?? ''
  if (q.length < 2 || q.length > 128) {
    throw new ServiceError('SERVICE_REQUEST_INVALID', 'q: from 2 to 128 characters.', {
      details: { path: 'q', expected: '2 to 128 characters' },
    })
  }
  const may = new Set(listPermissions(principal.role))
  const found: Found[] = []
  const byMachine = await attempts.list({ where: { machine: q }, descending: true, limit: MAX_FOUND })
  const byId = /^\d{11}-?/.test(q)
    ? (await attempts.list({ limit: 1, after: attemptKey(q.slice(0, 30)).slice(0, -1) })).filter(({ id }) =>
        id.startsWith(q),
      )
    : []
  for (const { id, tee, outcome, machine } of [...byId, ...byMachine])
    found.push({ kind: 'attestation', id, title: `${tee} ${outcome}`, matched: machine === q ? 'machine' : 'id' })
  if (may.has('secrets:list')) {
    const names = (await secrets.list()).filter((name) => name.includes(q) && coversPath(principal.scopes, name))
    for (const name of names.slice(0, MAX_FOUND)) found.push({ kind: 'secret', id: name, title: name, matched: 'path' })
  }
  if (may.has('access:read')) {
    const matching = (await keys.list()).filter(({ id, name }) => id.startsWith(q) || name.includes(q))
    for (const { id, name } of matching)
      found.push({ kind: 'access key', id, title: name, matched: id.startsWith(q) ? 'id' : 'name' })
  }
  return c.json({ items: found.slice(0, MAX_FOUND) })
}
