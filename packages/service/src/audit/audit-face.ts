import { z } from '@hono/zod-openapi'
import { admitRequest, type Gate } from '../access/index.ts'
import { ServiceError } from '../errors.ts'
import { type Face, type HttpContext, readMoment, readPage } from '../http/index.ts'
import { describeAdminOperation, listQuery, pageOf } from '../http/operation.ts'
import type { AuditEntry } from './entry.ts'
import { type AuditLog, auditKey } from './log.ts'
import { findAuditPeriod } from './period.ts'

const AUDIT_KEY = /^audit\/entry\/\d{14}$/

/** What few entries have in common first: the store looks for that one. */
const FIELDS = ['session', 'object', 'actor', 'action', 'outcome'] as const
const FILTERS = [...FIELDS, 'since', 'until'] as const

const ENTRY = z
  .object({
    seq: z.number(),
    time: z.number(),
    actor: z.object({ kind: z.string(), id: z.string() }).loose(),
    action: z.string(),
    object: z.string(),
    outcome: z.string(),
    prev: z.string(),
    hash: z.string(),
  })
  .loose()
  .openapi('AuditEntry')

export interface AuditFaceOptions {
  readonly log: AuditLog
  readonly gate: Gate
  /** Signs the head: a JWT with `seq`, `hash` and `time`. */
  readonly signHead: (head: { seq: number; hash: string; time: number }) => Promise<string>
  /** Epoch seconds. */
  readonly now: () => number
}

/** The audit log, to be read and to be checked. */
export function createAuditFace(options: AuditFaceOptions): Face {
  const { log, gate, signHead } = options
  return {
    name: 'audit',
    basePaths: ['/api/v1'],
    routes: [
      {
        method: 'get',
        path: '/audit',
        operation: describeAdminOperation('The audit log, newest first', pageOf(ENTRY), {
          request: { query: listQuery(...FILTERS) },
        }),
        respond: (c) => listEntries(c, options),
      },
      {
        method: 'get',
        path: '/audit/head',
        operation: describeAdminOperation(
          'The newest entry in short, signed with the token key: kept elsewhere, it shows later that nothing was cut off',
          z.object({ seq: z.number(), hash: z.string(), time: z.number(), signature: z.string() }),
        ),
        async respond(c) {
          await admitRequest(c, gate, 'audit:read')
          const { seq, hash, time } = await log.readHead()
          return c.json({ seq, hash, time, signature: await signHead({ seq, hash, time }) })
        },
      },
      {
        method: 'get',
        path: '/audit/export',
        operation: describeAdminOperation(
          'The audit log as JSON lines, oldest first',
          'One entry a line, in canonical JSON',
          {
            request: { query: z.object({ after: z.string().optional(), until: z.string().optional() }) },
          },
        ),
        async respond(c) {
          await admitRequest(c, gate, 'audit:read')
          return exportLog(c, log)
        },
      },
    ],
  }
}

async function listEntries(c: HttpContext, { log, gate, now }: AuditFaceOptions): Promise<Response> {
  await admitRequest(c, gate, 'audit:read')
  const query = c.req.query()
  const where = Object.fromEntries(FIELDS.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name]]])))
  const since = readMoment(query['since'], 'since', now())
  const until = readMoment(query['until'], 'until', now())
  const { before, behind } = await findAuditPeriod(log, since, until)
  return c.json(
    await readPage<AuditEntry>({
      query,
      filters: FILTERS,
      choices: { outcome: ['done', 'refused', 'failed'] },
      descending: true,
      read: ({ limit, after, descending = false }) =>
        log.list({
          limit: limit as number,
          descending,
          where,
          after: after ?? (descending ? behind : before),
          until: descending ? before : behind,
        }),
      keyOf: ({ seq }) => auditKey(seq),
      keyForm: AUDIT_KEY,
    }),
  )
}

async function exportLog(c: HttpContext, log: AuditLog): Promise<Response> {
  const after = readSeq(c, 'after') ?? 0
  const until = readSeq(c, 'until') ?? (await log.readHead()).seq
  const entries = log.follow(after, until)[Symbol.asyncIterator]()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const lines: string[] = []
      while (lines.length < 200) {
        const { done, value } = await entries.next()
        if (done === true) break
        lines.push(`${JSON.stringify(value)}\n`)
      }
      if (lines.length === 0) return controller.close()
      controller.enqueue(new TextEncoder().encode(lines.join('')))
    },
    async cancel() {
      await entries.return?.(undefined)
    },
  })
  return c.body(body, 200, { 'content-type': 'application/x-ndjson' })
}

/** @throws ServiceError SERVICE_REQUEST_INVALID */
function readSeq(c: HttpContext, name: string): number | undefined {
  const text = c.req.query(name)
  if (text === undefined) return undefined
  if (/^\d{1,14}$/.test(text)) return Number(text)
  throw new ServiceError('SERVICE_REQUEST_INVALID', `${name}: not a number of an entry.`, {
    details: { path: name, actual: text.slice(0, 64) },
  })
}
