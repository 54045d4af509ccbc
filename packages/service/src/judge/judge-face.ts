import { z } from '@hono/zod-openapi'
import { admitRequest, type Gate } from '../access/index.ts'
import { type AuditLog, nameActor } from '../audit/index.ts'
import { type Face, type HttpContext, pageOver } from '../http/index.ts'
import { describeAdminOperation, listQuery, pageOf } from '../http/operation.ts'
import type { EvidenceJudge } from './evidence-judge.ts'
import { listCollateral } from './holdings.ts'

const FILTERS = ['kind', 'state'] as const
const CHOICES = {
  kind: ['tcb', 'certificate', 'revocation-list', 'hygon-certificates'],
  state: ['fresh', 'due', 'expired', 'lasting'],
}

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
  return {
    name: 'collateral',
    basePaths: ['/api/v1'],
    routes: [
      {
        method: 'get',
        path: '/collateral',
        operation: describeAdminOperation(
          'Collateral that is here, what ends first at the top; what it says of itself is verified with evidence alone',
          pageOf(ITEM),
          { request: { query: listQuery(...FILTERS) } },
        ),
        respond: (c) => listHoldings(c, options),
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
        operation: describeAdminOperation('Roots, authorities and keys that evidence may rest on', pageOf(ROOT), {
          request: { query: listQuery('kind', 'simulated') },
        }),
        respond: (c) => listRoots(c, options),
      },
    ],
  }
}

/** Two holdings may be of one kind and key: their place in the list tells them apart. */
async function listHoldings(c: HttpContext, { gate, judge, now }: JudgeFaceOptions): Promise<Response> {
  await admitRequest(c, gate, 'attestations:read')
  const query = c.req.query()
  const items = listCollateral(judge().collateral.list(), now())
    .filter((item) => FILTERS.every((name) => query[name] === undefined || item[name] === query[name]))
    .map((item, index) => ({ item, place: `${index} ${item.kind} ${item.key}` }))
  const page = await pageOver(items, { query, filters: FILTERS, choices: CHOICES, keyOf: ({ place }) => place })
  return c.json({ ...page, items: page.items.map(({ item }) => item) })
}

async function listRoots(c: HttpContext, { gate, judge }: JudgeFaceOptions): Promise<Response> {
  await admitRequest(c, gate, 'attestations:read')
  const query = c.req.query()
  const { kind, simulated } = query
  const roots = judge().trust.listed.filter(
    (root) =>
      (kind === undefined || root.kind === kind) && (simulated === undefined || String(root.simulated) === simulated),
  )
  return c.json(
    await pageOver(roots, {
      query,
      filters: ['kind', 'simulated'],
      choices: { simulated: ['true', 'false'] },
      keyOf: ({ kind: of, keySha256, name }) => `${of} ${keySha256} ${name}`,
    }),
  )
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
