/** The lists of attestations and of requests for secrets, read out of the audit log. */
import { APPRAISAL_ERRORS } from '@veritee/appraisal'
import { BROKER_ERRORS } from '@veritee/broker'
import { isCodedError } from '@veritee/codec/error'
import { COLLATERAL_ERRORS } from '@veritee/collateral'
import type { AttemptRoom } from '../attempts/index.ts'
import { type AuditEntry, type AuditLog, auditKey } from '../audit/index.ts'
import { SERVICE_ERRORS } from '../errors.ts'
import { nameEvidenceClass } from '../tokens/index.ts'
import { nameSession } from './caller.ts'
import { type InstanceInfo, NO_INSTANCE } from './instance-info.ts'

/** Of the newest entries so many are looked at, so that a list of a log of years ends. */
const MAX_SCANNED = 20_000
const PAGE = 500

/** Filters as the older gateway has them; what cannot be understood is passed over, as it did. */
export interface RecordQuery {
  readonly limit: number
  readonly offset: number
  readonly successful?: boolean
  /** Epoch seconds. */
  readonly from?: number
  readonly until?: number
  /** A cookie, or the name of its session. */
  readonly session?: string
  readonly instance?: string
  readonly service?: string
  readonly repository?: string
  readonly type?: string
  readonly tag?: string
  readonly method?: string
}

const MAX_LIMIT = 500

export function readRecordQuery(query: Readonly<Record<string, string>>): RecordQuery {
  const { limit, offset, successful, start_time, end_time } = query
  const count = (text: string | undefined) => (/^\d{1,9}$/.test(text ?? '') ? Number(text) : 0)
  const truth = { true: true, false: false, 1: true, 0: false, t: true, f: false }[successful?.toLowerCase() ?? '']
  const [from, until] = [readTime(start_time), readTime(end_time)]
  const texts = Object.entries({
    session: query['session_id'],
    instance: query['instance_id'],
    service: query['source_service'],
    repository: query['repository'],
    type: query['type'],
    tag: query['tag'],
    method: query['method'],
  }).filter(([, text]) => text !== undefined && text !== '')
  return {
    limit: Math.min(count(limit) || 100, MAX_LIMIT),
    offset: count(offset),
    ...(truth === undefined ? {} : { successful: truth }),
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
    ...Object.fromEntries(texts),
  }
}

function readTime(text: string | undefined): number | undefined {
  const fits = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i.test(text ?? '')
  const at = fits ? Date.parse(text as string) / 1000 : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

export interface RecordPage {
  readonly data: readonly object[]
  readonly total: number
}

export async function listAttestations(
  query: RecordQuery,
  { audit, attempts }: { audit: Pick<AuditLog, 'list'>; attempts: Pick<AttemptRoom, 'readInput'> },
): Promise<RecordPage> {
  const { entries, total } = await findEntries(audit, ['attestation'], query, () => true)
  const data = entries.map(async (entry) => ({
    ...describeEntry(entry),
    request_body: '',
    claims: entry.outcome === 'done' ? await readClaims(attempts, entry) : '',
    source_service: textOf(entry, 'service') || 'attestation-service',
  }))
  return { data: await Promise.all(data), total }
}

const METHODS: Readonly<Record<string, string>> = {
  'secret.release': 'GET',
  'secret.write': 'POST',
  'secret.delete': 'DELETE',
}

export async function listResourceRequests(
  query: RecordQuery,
  { audit }: { audit: Pick<AuditLog, 'list'> },
): Promise<RecordPage> {
  const actions = Object.keys(METHODS).filter(
    (action) => query.method === undefined || METHODS[action] === query.method.toUpperCase(),
  )
  const { entries, total } = await findEntries(audit, actions, query, (entry) => {
    const { repository, type, tag } = readPath(entry)
    return (
      (query.repository === undefined || repository === query.repository) &&
      (query.type === undefined || type === query.type) &&
      (query.tag === undefined || tag === query.tag)
    )
  })
  return {
    data: entries.map((entry) => ({ ...describeEntry(entry), ...readPath(entry), method: METHODS[entry.action] })),
    total,
  }
}

async function findEntries(
  audit: Pick<AuditLog, 'list'>,
  actions: readonly string[],
  query: RecordQuery,
  fits: (entry: AuditEntry) => boolean,
): Promise<{ entries: AuditEntry[]; total: number }> {
  const entries: AuditEntry[] = []
  let total = 0
  let scanned = 0
  for await (const entry of readNewest(audit, actions)) {
    if (scanned++ >= MAX_SCANNED) break
    if (!matches(entry, query) || !fits(entry)) continue
    if (total >= query.offset && entries.length < query.limit) entries.push(entry)
    total++
  }
  return { entries, total }
}

/** Entries of several actions, newest first. */
async function* readNewest(audit: Pick<AuditLog, 'list'>, actions: readonly string[]): AsyncIterable<AuditEntry> {
  const sources = actions.map((action) => ({
    page: [] as AuditEntry[],
    after: undefined as string | undefined,
    action,
  }))
  const open = new Set(sources)
  for (;;) {
    for (const source of open) {
      if (source.page.length > 0) continue
      const { action, after } = source
      source.page = await audit.list({ limit: PAGE, after, descending: true, where: { action } })
      const last = source.page.at(-1)
      if (last === undefined) open.delete(source)
      else source.after = auditKey(last.seq)
    }
    const [first, ...others] = open
    if (first === undefined) return
    const newest = others.reduce((a, b) => ((a.page[0]?.seq ?? 0) > (b.page[0]?.seq ?? 0) ? a : b), first)
    yield newest.page.shift() as AuditEntry
  }
}

function matches(entry: AuditEntry, query: RecordQuery): boolean {
  const { successful, from, until, session, instance, service } = query
  const info = readInstance(entry)
  const named = textOf(entry, 'session')
  return (
    (successful === undefined || successful === (entry.outcome === 'done')) &&
    (from === undefined || entry.time >= from) &&
    (until === undefined || entry.time <= until) &&
    (session === undefined || named === session || named === nameSession(session)) &&
    (instance === undefined || info.instance_id === instance || info.eas_instance_id === instance) &&
    (service === undefined || (textOf(entry, 'service') || 'attestation-service') === service)
  )
}

const textOf = (entry: AuditEntry, name: string): string => {
  const value = entry.detail?.[name]
  return typeof value === 'string' ? value : ''
}

function readInstance(entry: AuditEntry): InstanceInfo {
  const text = textOf(entry, 'instance')
  return text === '' ? NO_INSTANCE : { ...NO_INSTANCE, ...(JSON.parse(text) as Partial<InstanceInfo>) }
}

function readPath({ object }: AuditEntry): { repository: string; type: string; tag: string } {
  const [repository = '', type = '', tag = '', ...more] = object.startsWith('/') ? [] : object.split('/')
  return more.length > 0 ? { repository: '', type: '', tag: '' } : { repository, type, tag }
}

function describeEntry(entry: AuditEntry): object {
  const { ip, ...instance } = readInstance(entry)
  const timestamp = new Date(entry.time * 1000).toISOString()
  return {
    ID: entry.seq,
    CreatedAt: timestamp,
    UpdatedAt: timestamp,
    DeletedAt: null,
    client_ip: textOf(entry, 'client') || (entry.actor.kind === 'client' ? entry.actor.id : ''),
    session_id: textOf(entry, 'session'),
    status: entry.outcome === 'done' ? 200 : statusOf(entry.code),
    successful: entry.outcome === 'done',
    timestamp,
    ...instance,
    ...(ip === '' ? {} : { ip }),
    ...(entry.code === undefined ? {} : { code: entry.code }),
  }
}

const STATUSES: ReadonlyMap<string, number> = new Map(
  [SERVICE_ERRORS, BROKER_ERRORS, APPRAISAL_ERRORS, COLLATERAL_ERRORS].flatMap((table) =>
    Object.entries(table).map(([code, { status }]) => [code, status] as const),
  ),
)

const statusOf = (code: string | undefined): number => STATUSES.get(code ?? '') ?? 500

interface RecordedEvidence {
  readonly tee: string
  readonly claims: object
  readonly runtimeData?: unknown
  readonly initData?: unknown
}

/** The claims where the token had them: tokens themselves are not kept. Empty once the evidence is not kept any more. */
async function readClaims(attempts: Pick<AttemptRoom, 'readInput'>, { object, time }: AuditEntry): Promise<string> {
  try {
    const { evidence = [] } = (await attempts.readInput(object)) as { evidence?: readonly RecordedEvidence[] }
    const counts = { cpu: 0, gpu: 0 }
    const submods = evidence.map(({ tee, claims, runtimeData, initData }) => {
      const kind = nameEvidenceClass(tee)
      const annotated = { ...claims, runtime_data_claims: runtimeData, init_data_claims: initData }
      return [`${kind}${counts[kind]++}`, { 'ear.veraison.annotated-evidence': annotated }]
    })
    return JSON.stringify({ iat: time, submods: Object.fromEntries(submods) })
  } catch (error) {
    if (isCodedError(error) && /^SERVICE_ATTESTATION_/.test(error.code)) return ''
    throw error
  }
}
