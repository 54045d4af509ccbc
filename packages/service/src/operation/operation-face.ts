import { z } from '@hono/zod-openapi'
import { admitRequest, type Gate } from '../access/index.ts'
import type { AuditLog } from '../audit/index.ts'
import { ServiceError } from '../errors.ts'
import type { Face, HttpContext } from '../http/index.ts'
import { describeAdminOperation, refusal } from '../http/operation.ts'
import { ALL_TOPICS, streamEvents, type Topic } from './events.ts'
import { type SearchPlaces, searchPlaces } from './search.ts'

const MAX_FOLLOWERS = 64
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
  const { gate, places, expiries, now } = options
  const { keys, ring, references, collateral } = places
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
