import { setTimeout } from 'node:timers/promises'
import { z } from '@hono/zod-openapi'
import { admitRequest, type Gate } from '../access/index.ts'
import { type AuditLog, nameActor } from '../audit/index.ts'
import { ServiceError } from '../errors.ts'
import { type Face, type HttpContext, pageOver } from '../http/index.ts'
import { describeAdminOperation, listQuery, pageOf } from '../http/operation.ts'
import type { Rewrapping, SecretRoom } from '../secrets/index.ts'
import { KEY_USES, type KeyRing, type KeyState, type KeyUse } from './key-ring.ts'

/** A new key is used after so long: by then every replica that shares the directory knows it. */
const ACTIVATION_SECONDS = 10
/** A write that began before a storage key was made is done after so long. */
const SETTLE_MS = 300

const FILTERS = ['use', 'state'] as const
const CHOICES = { use: KEY_USES, state: ['next', 'active', 'retired'] }

const KEY = z
  .object({
    id: z.string(),
    use: z.string(),
    state: z.string(),
    since: z.number(),
    acceptedUntil: z.number().optional(),
  })
  .openapi('ServiceKey')

export interface KeysFaceOptions {
  readonly gate: Gate
  readonly ring: KeyRing
  readonly secrets: SecretRoom
  readonly audit: AuditLog
  /** Notes in the store which keys it belongs to. */
  readonly claim: () => Promise<void>
  /** Epoch seconds. */
  readonly now: () => number
}

/** The service's own keys: what there is, and rotation. */
export function createKeysFace(options: KeysFaceOptions): Face {
  const { gate, ring } = options
  return {
    name: 'keys',
    basePaths: ['/api/v1'],
    routes: [
      {
        method: 'get',
        path: '/keys',
        operation: describeAdminOperation('The keys of the service, never their private halves', pageOf(KEY), {
          request: { query: listQuery(...FILTERS) },
        }),
        async respond(c) {
          await admitRequest(c, gate, 'keys:read')
          const query = c.req.query()
          try {
            // Another replica may have made one just now.
            ring.reloadChanged()
          } catch {
            // Those that are in use are told all the same; the log says what is wrong with the directory.
          }
          const keys = ring
            .describe()
            .filter((key) => FILTERS.every((name) => query[name] === undefined || key[name] === query[name]))
          const keyOf = ({ use, since, id }: KeyState) => `${use} ${since} ${id}`
          return c.json(await pageOver(keys, { query, filters: FILTERS, choices: CHOICES, keyOf }))
        },
      },
      {
        method: 'post',
        path: '/keys/{use}/rotate',
        operation: describeAdminOperation(
          'Make a new key. What was made with the old one is understood until it ends; secrets are wrapped anew at once',
          z.object({
            key: KEY,
            secrets: z.object({ total: z.number(), rewrapped: z.number(), failed: z.number() }).optional(),
          }),
          { request: { params: z.object({ use: z.enum(KEY_USES) }) } },
        ),
        respond: (c) => rotate(c, options),
      },
    ],
  }
}

async function rotate(c: HttpContext, options: KeysFaceOptions): Promise<Response> {
  const use = KEY_USES.find((one) => one === c.req.param('use'))
  await admitRequest(c, options.gate, 'keys:rotate')
  if (use === undefined) {
    throw new ServiceError('SERVICE_REQUEST_INVALID', 'There are no keys of this use.', {
      details: { path: 'use', expected: KEY_USES, actual: c.req.param('use') },
    })
  }
  const { key, rewrapping } = await rotateKey(c, use, options)
  return c.json({ key, ...(rewrapping === undefined ? {} : { secrets: rewrapping }) })
}

/** Makes a key, wraps secrets anew where it is one for them, and writes what was done into the audit log. */
export async function rotateKey(
  c: HttpContext,
  use: KeyUse,
  { ring, secrets, audit, claim, now }: KeysFaceOptions,
): Promise<{ readonly key: KeyState; readonly rewrapping?: Rewrapping }> {
  // Where the store is away nothing is made: what was done could not be written down.
  await claim()
  // A secret may be wrapped with a new key at once: a replica that does not know it looks into the directory.
  const key = ring.add(use, use === 'storage' ? now() : now() + ACTIVATION_SECONDS)
  await claim()
  const rewrapping = use === 'storage' ? await rewrapAll(secrets) : undefined
  const detail = { use, since: key.since, ...(rewrapping === undefined ? {} : toDetail(rewrapping)) }
  await audit.record({
    actor: nameActor(c),
    action: 'keys.rotate',
    object: key.id,
    outcome: 'done',
    requestId: c.get('requestId'),
    detail,
  })
  c.set('audited', true)
  return rewrapping === undefined ? { key } : { key, rewrapping }
}

/** What another replica was writing while the key was made is found by a second look, a little later. */
async function rewrapAll(secrets: SecretRoom): Promise<Rewrapping> {
  const first = await secrets.rewrap()
  await setTimeout(SETTLE_MS)
  const second = await secrets.rewrap()
  return { ...second, rewrapped: first.rewrapped + second.rewrapped }
}

/** The counts of a rewrapping as an audit entry tells them. */
export const toDetail = ({ total, rewrapped, failed }: Rewrapping): Record<string, number> => ({
  total,
  rewrapped,
  failed,
})
