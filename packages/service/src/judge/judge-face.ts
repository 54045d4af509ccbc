import { z } from '@hono/zod-openapi'
import { admitRequest, type Gate } from '../access/index.ts'
import { type AuditLog, nameActor } from '../audit/index.ts'
import { ServiceError } from '../errors.ts'
import type { Face, HttpContext } from '../http/index.ts'
import { describeAdminOperation } from '../http/operation.ts'
import type { EvidenceJudge } from './evidence-judge.ts'
import { type CollateralItem, listCollateral } from './holdings.ts'

const FILTERS = ['kind', 'state'] as const

const ITEM = z
  .object({
    kind: z.string(),
    key: z.string(),
    source: z.string(),
    state: z.string(),
    nextUpdateAt: z.number().optional(),
  })
  .loose()
  .openapi('Collateral')
const ROOT = z
  .object({ kind: z.string(), name: z.string(), keySha256: z.string(), simulated: z.boolean() })
  .openapi('TrustedRoot')

export interface JudgeFaceOptions {
  readonly gate: Gate
  readonly audit: AuditLog
  /** The judge that is in force. */
  readonly judge: () => EvidenceJudge
  /** Epoch seconds. */
  readonly now: () => number
}

/** What evidence is judged with: collateral and roots. */
export function createJudgeFace(options: JudgeFaceOptions): Face {
  const { gate, judge, now } = options
  return {
    name: 'collateral',
    basePaths: ['/api/v1'],
    routes: [
      {
        method: 'get',
        path: '/collateral',
        operation: describeAdminOperation(
          'Collateral that is here, what ends first at the top; what it says of itself is verified with evidence alone',
          z.object({ items: z.array(ITEM) }),
          { request: { query: z.object({ kind: z.string().optional(), state: z.string().optional() }) } },
        ),
        async respond(c) {
          await admitRequest(c, gate, 'attestations:read')
          const items = listCollateral(judge().collateral.list(), now())
          return c.json({ items: filterItems(items, c.req.query()) })
        },
      },
      {
        method: 'post',
        path: '/collateral/refresh',
        operation: describeAdminOperation(
          'Ask the collateral service anew for everything that it gave; files are read again by a reload',
          z.object({ refreshed: z.number(), failed: z.array(z.object({ key: z.string(), code: z.string() })) }),
        ),
        respond: (c) => refresh(c, options),
      },
      {
        method: 'get',
        path: '/roots',
        operation: describeAdminOperation(
          'Roots, authorities and keys that evidence may rest on',
          z.object({ items: z.array(ROOT) }),
        ),
        async respond(c) {
          await admitRequest(c, gate, 'attestations:read')
          return c.json({ items: judge().trust.listed })
        },
      },
    ],
  }
}

/** @throws ServiceError SERVICE_REQUEST_INVALID for an unknown filter */
function filterItems(items: readonly CollateralItem[], query: Readonly<Record<string, string>>): CollateralItem[] {
  const unknown = Object.keys(query).find((name) => !(FILTERS as readonly string[]).includes(name))
  if (unknown !== undefined) {
    throw new ServiceError('SERVICE_REQUEST_INVALID', `This list has no filter ${unknown.slice(0, 64)}.`, {
      details: { path: unknown.slice(0, 64), expected: FILTERS },
    })
  }
  return items.filter((item) => FILTERS.every((name) => query[name] === undefined || item[name] === query[name]))
}

async function refresh(c: HttpContext, { gate, audit, judge }: JudgeFaceOptions): Promise<Response> {
  await admitRequest(c, gate, 'collateral:refresh')
  const outcomes = await judge().collateral.refresh()
  const failed = outcomes.flatMap(({ key, code }) =>
    code === undefined ? [] : [{ key: `${key.tee} ${key.fmspc} ${key.ca} ${key.update}`, code }],
  )
  const refreshed = outcomes.length - failed.length
  await audit.record({
    actor: nameActor(c),
    action: 'collateral.refresh',
    object: 'collateral',
    outcome: 'done',
    requestId: c.get('requestId'),
    detail: { refreshed, failed: failed.length },
  })
  c.set('audited', true)
  return c.json({ refreshed, failed })
}
