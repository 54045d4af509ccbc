import { z } from '@hono/zod-openapi'
import { admitRequest, type Gate } from '../access/index.ts'
import { ServiceError } from '../errors.ts'
import { checkFilter, type Face, type HttpContext, readMoment, readPage } from '../http/index.ts'
import { describeAdminOperation, listQuery, pageOf, refusal } from '../http/operation.ts'
import type { StoreFields } from '../store/index.ts'
import { ATTEMPT_FIELDS, type AttemptRoom, attemptKey } from './attempt-room.ts'
import { BUCKET_SECONDS, SERIES, type SeriesKind } from './buckets.ts'
import { readFilters } from './filter.ts'
import { type AttemptSummary, summarizeAttempt } from './summary.ts'
import { ATTEMPT_OUTCOMES, type Attempt } from './types.ts'

const FILTERS = [...ATTEMPT_FIELDS, 'since', 'until'] as const
const CHOICES = {
  outcome: ATTEMPT_OUTCOMES,
  source: ['broker', 'attestation-api'],
  simulated: ['true', 'false'],
}
const MAX_POINTS = 1500
const EXPORT_PAGE = 200
const CSV_COLUMNS = [
  'id',
  'time',
  'outcome',
  'code',
  'message',
  'tee',
  'machine',
  'status',
  'measurement',
  'simulated',
  'source',
  'client',
  'latencyMs',
  'requestId',
] as const
const DAY_SECONDS = 86_400

const SUMMARY = z
  .object({ id: z.string(), time: z.number(), outcome: z.string(), tee: z.string(), source: z.string() })
  .loose()
  .openapi('AttestationSummary')
const ATTEMPT = z
  .object({ id: z.string(), time: z.number(), outcome: z.string(), tee: z.string(), evidence: z.array(z.unknown()) })
  .loose()
  .openapi('Attestation')

export interface AttemptFaceOptions {
  readonly attempts: AttemptRoom
  readonly gate: Gate
  /** Epoch seconds. */
  readonly now: () => number
}

/** Every attestation attempt: the list, one verdict, and what policies were evaluated on. */
export function createAttemptFace(options: AttemptFaceOptions): Face {
  const { attempts, gate } = options
  const params = z.object({ id: z.string() })
  const absent = { 404: refusal('There is no record of this attestation') }
  return {
    name: 'attestations',
    basePaths: ['/api/v1'],
    routes: [
      {
        method: 'get',
        path: '/attestations',
        operation: describeAdminOperation('Attestation attempts, newest first', pageOf(SUMMARY), {
          request: { query: listQuery(...FILTERS) },
        }),
        respond: (c) => listAttempts(c, options),
      },
      {
        method: 'get',
        path: '/attestations/export',
        operation: describeAdminOperation(
          'Every attempt that the filters leave, newest first, as JSON lines or CSV',
          'One attempt a line',
          { request: { query: listQuery('format', ...FILTERS).omit({ limit: true, cursor: true }) } },
        ),
        respond: (c) => exportAttempts(c, options),
      },
      {
        method: 'get',
        path: '/attestations/{id}',
        operation: describeAdminOperation('One attempt with its checks and findings', ATTEMPT, {
          request: { params },
          responses: absent,
        }),
        async respond(c) {
          await admitRequest(c, gate, 'attestations:read')
          return c.json(await attempts.read(c.req.param('id') as string))
        },
      },
      {
        method: 'get',
        path: '/attestations/{id}/input',
        operation: describeAdminOperation('What policies were evaluated on', z.unknown(), {
          request: { params },
          responses: { ...absent, 410: refusal('The input is not kept any more') },
        }),
        async respond(c) {
          await admitRequest(c, gate, 'attestations:read')
          return c.json((await attempts.readInput(c.req.param('id') as string)) as object)
        },
      },
      {
        method: 'get',
        path: '/stats/attestations',
        operation: describeAdminOperation(
          'Attempts counted over time, one column for each outcome, code, kind of machine, TCB status or latency',
          z.object({ t: z.array(z.number()) }).loose(),
          {
            request: {
              query: z.object({
                from: z.string().optional(),
                to: z.string().optional(),
                step: z.string().optional(),
                by: z.enum(SERIES).optional(),
              }),
            },
          },
        ),
        respond: (c) => countAttempts(c, options),
      },
    ],
  }
}

async function listAttempts(c: HttpContext, options: AttemptFaceOptions): Promise<Response> {
  const { attempts, gate } = options
  await admitRequest(c, gate, 'attestations:read')
  const query = c.req.query()
  const { where, lowest, highest } = readRange(query, options)
  const page = await readPage<Attempt>({
    query,
    filters: FILTERS,
    choices: CHOICES,
    descending: true,
    read: ({ limit, after, descending }) =>
      attempts.list({
        limit: limit as number,
        descending,
        where,
        after: after ?? (descending ? highest : lowest),
        until: descending ? lowest : highest,
      }),
    keyOf: ({ id }) => attemptKey(id),
  })
  return c.json({ ...page, items: page.items.map(summarizeAttempt) })
}

interface AttemptRange {
  readonly where: StoreFields
  /** Bounds of time are bounds of the key: nothing outside of them is read. */
  readonly lowest: string
  readonly highest: string | undefined
}

function readRange(query: Readonly<Record<string, string>>, { now }: AttemptFaceOptions): AttemptRange {
  const since = readMoment(query['since'], 'since', now())
  const until = readMoment(query['until'], 'until', now())
  return {
    where: readFilters(query, ATTEMPT_FIELDS),
    lowest: attemptKey(since ?? 0),
    highest: until === undefined ? undefined : attemptKey(until),
  }
}

/** The whole filtered set, newest first, page by page as it is read. */
async function exportAttempts(c: HttpContext, options: AttemptFaceOptions): Promise<Response> {
  const { attempts, gate } = options
  await admitRequest(c, gate, 'attestations:read')
  const { format = 'jsonl', ...query } = c.req.query()
  for (const [name, value] of Object.entries({ ...query, format }))
    checkFilter(name, value, ['format', ...FILTERS], { ...CHOICES, format: ['jsonl', 'csv'] })
  const { where, lowest, highest } = readRange(query, options)
  let after = highest
  let head = format === 'csv' ? `${CSV_COLUMNS.join(',')}\r\n` : ''
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const page = await attempts.list({ limit: EXPORT_PAGE, descending: true, where, after, until: lowest })
      const last = page.at(-1)
      if (last !== undefined) after = attemptKey(last.id)
      const rows = page.map(summarizeAttempt).map(format === 'csv' ? toCsvRow : (row) => `${JSON.stringify(row)}\n`)
      const text = head + rows.join('')
      head = ''
      if (text !== '') controller.enqueue(new TextEncoder().encode(text))
      if (page.length < EXPORT_PAGE) controller.close()
    },
  })
  return c.body(body, 200, { 'content-type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson' })
}

/** RFC 4180; what a spreadsheet would take for a formula is marked as text. */
function toCsvRow(row: AttemptSummary): string {
  const cells = CSV_COLUMNS.map((name) => {
    const text = String(row[name] ?? '').replace(/^(?=[=+@\t\r-])/, "'")
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  })
  return `${cells.join(',')}\r\n`
}

async function countAttempts(c: HttpContext, { attempts, gate, now }: AttemptFaceOptions): Promise<Response> {
  await admitRequest(c, gate, 'attestations:read')
  const { from, to, step: asked, by = 'outcome', ...others } = c.req.query()
  const step = asked === undefined ? BUCKET_SECONDS : /^\d{1,8}$/.test(asked) ? Number(asked) : 0
  const end = readMoment(to, 'to', now()) ?? now() + 1
  const start = readMoment(from, 'from', now()) ?? end - DAY_SECONDS
  const require = (holds: boolean, path: string, expected: string) => {
    if (!holds)
      throw new ServiceError('SERVICE_REQUEST_INVALID', `${path}: expected ${expected}.`, {
        details: { path, expected },
      })
  }
  require((SERIES as readonly string[]).includes(by), 'by', `one of ${SERIES.join(', ')}`)
  require(step >= BUCKET_SECONDS && step % BUCKET_SECONDS === 0, 'step', `a multiple of ${BUCKET_SECONDS} seconds`)
  require(Object.keys(others).length === 0, Object.keys(others)[0] ?? 'query', 'from, to, step and by')
  const first = start - (start % step)
  require(start < end && (end - first) / step <= MAX_POINTS, 'from', `before to, and at most ${MAX_POINTS} steps`)
  return c.json(await attempts.sum({ from: first, to: end, step, by: by as SeriesKind }))
}
