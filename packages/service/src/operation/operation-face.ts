import { z } from '@hono/zod-openapi'
import { admitRequest, checkPermission, type Gate, listPermissions, type Principal } from '../access/index.ts'
import type { AuditLog } from '../audit/index.ts'
import { ServiceError } from '../errors.ts'
import type { Face, HttpContext } from '../http/index.ts'
import { describeAdminOperation, refusal } from '../http/operation.ts'
import { ALL_TOPICS, streamEvents, TOPIC_PERMISSIONS, type Topic } from './events.ts'
import { type SearchPlaces, searchPlaces } from './search.ts'

const MAX_FOLLOWERS = 64
/** So many of them with one key, so that nobody keeps all others out. */
const MAX_OF_ONE = 32
/** How long whoever follows is not asked again for its right to. */
const RECHECK_MS = 1000
/** A session cookie is the longest that anybody looks for. */
const MAX_QUERY = 2048
const MAX_EXPIRIES = 1000
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
  /** Where the search looks. */
  readonly places: SearchPlaces
  /** What else ends: certificates. */
  readonly expiries: () => readonly Expiry[]
  /** Ends the streams when the service stops. */
  readonly stopped: AbortSignal
  /** Epoch seconds. */
  readonly now: () => number
}

/** What a page of the whole service asks: events, what ends soon, and search. */
export function createOperationFace(options: OperationFaceOptions): Face {
  const followers: string[] = []
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
  followers: string[],
): Promise<Response> {
  const principal = await admitRequest(c, gate, 'attestations:read')
  const topics = readTopics(c.req.query('topics'), principal)
  const last = c.req.header('last-event-id')
  const mine = followers.filter((id) => id === principal.id).length
  if (followers.length >= MAX_FOLLOWERS || mine >= MAX_OF_ONE) throw new ServiceError('SERVICE_EVENTS_FULL')
  followers.push(principal.id)
  const ended = new AbortController()
  const signal = AbortSignal.any([ended.signal, stopped])
  const lastSeen = last !== undefined && /^\d{1,14}$/.test(last) ? Number(last) : undefined
  const events = streamEvents({ audit, topics, lastSeen, signal })
  let counted = true
  const leave = () => {
    ended.abort()
    if (counted) followers.splice(followers.indexOf(principal.id), 1)
    counted = false
  }
  let checkedAt = performance.now()
  const checkStill = async () => {
    if (performance.now() - checkedAt < RECHECK_MS) return
    await gate.admit(c.req.header('authorization'), 'attestations:read')
    checkedAt = performance.now()
  }
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await events.next()
        await checkStill()
        if (done !== true) return controller.enqueue(new TextEncoder().encode(value))
        leave()
        controller.close()
      } catch {
        // The store is away, or the token is good no more: whoever follows connects again, and goes on where it was.
        leave()
        controller.close()
      }
    },
    cancel: leave,
  })
  return c.body(body, 200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' })
}

/**
 * The topics that are asked for; where none are named, all that the principal may follow.
 *
 * @throws ServiceError SERVICE_REQUEST_INVALID, SERVICE_ACCESS_DENIED
 */
function readTopics(text: string | undefined, principal: Principal): ReadonlySet<Topic> {
  if (text === undefined) {
    const may = new Set(listPermissions(principal.role))
    return new Set(ALL_TOPICS.filter((topic) => may.has(TOPIC_PERMISSIONS[topic])))
  }
  const names = text.split(',')
  const unknown = names.find((name) => !ALL_TOPICS.includes(name as Topic))
  if (unknown === undefined) {
    for (const name of names) checkPermission(principal, TOPIC_PERMISSIONS[name as Topic])
    return new Set(names as Topic[])
  }
  throw new ServiceError('SERVICE_REQUEST_INVALID', 'topics: there is no such topic.', {
    details: { path: 'topics', expected: ALL_TOPICS, actual: unknown.slice(0, 64) },
  })
}

async function listExpiries(c: HttpContext, options: OperationFaceOptions): Promise<Response> {
  const { gate, places, expiries, now } = options
  const { keys, ring, references, collateral } = places
  const { role } = await admitRequest(c, gate, 'attestations:read')
  const may = new Set(listPermissions(role))
  const given = c.req.query('until')
  if (given !== undefined && !/^\d{1,11}$/.test(given))
    throw new ServiceError('SERVICE_REQUEST_INVALID', 'until: not epoch seconds.', { details: { path: 'until' } })
  const until = given === undefined ? now() + 90 * DAY_SECONDS : Number(given)
  const ofKeys = (may.has('keys:read') ? ring.describe() : []).flatMap(({ id, use, acceptedUntil: at }): Expiry[] =>
    at === undefined || at < now()
      ? []
      : [{ kind: `${use} key`, id, at, consequence: 'What it made is not understood any more.' }],
  )
  const ofAccess = (may.has('access:read') ? await keys.list() : []).flatMap(({ name, expiresAt: at }): Expiry[] =>
    at === undefined ? [] : [{ kind: 'access key', id: name, at, consequence: 'Its tokens are refused.' }],
  )
  const ofCollateral = collateral().flatMap(({ kind, key: id, nextUpdateAt: at }): Expiry[] =>
    at === undefined ? [] : [{ kind, id, at, consequence: 'Evidence that rests on it is refused.' }],
  )
  const ofReferences = (await references.listSets()).flatMap(({ name: set, expiresAt, state }): Expiry[] => {
    const whole = { kind: 'reference set', id: set, consequence: 'Its values count no more.' }
    const values = [...state.records].map(
      ([name, { expiresAt: at }]): Expiry => ({
        kind: 'reference value',
        id: `${set}/${name}`,
        at,
        consequence: 'It counts no more.',
      }),
    )
    return expiresAt === undefined ? values : [{ ...whole, at: expiresAt }, ...values]
  })
  const items = [...expiries(), ...ofKeys, ...ofAccess, ...ofCollateral, ...ofReferences]
    .filter(({ at }) => at <= until)
    .sort((a, b) => a.at - b.at)
  return c.json({ items: items.slice(0, MAX_EXPIRIES) })
}

async function search(c: HttpContext, { gate, places }: OperationFaceOptions): Promise<Response> {
  const principal = await admitRequest(c, gate, 'attestations:read')
  const q = c.req.query('q') ?? ''
  if (q.length < 2 || q.length > MAX_QUERY) {
    throw new ServiceError('SERVICE_REQUEST_INVALID', `q: from 2 to ${MAX_QUERY} characters.`, {
      details: { path: 'q', expected: `2 to ${MAX_QUERY} characters` },
    })
  }
  return c.json({ items: await searchPlaces(q, places, principal) })
}
