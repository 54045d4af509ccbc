/** Our own API for reference values: sets, their values, versions and comparison; preview and change. */
import { AppraisalError } from '@veritee/appraisal'
import { diffReferences, isExpired, type ReferenceRecord } from '@veritee/appraisal/references'
import type { PublicKey } from '@veritee/codec/signature'
import { coversPath } from '../../access/index.ts'
import { type Face, type HttpContext, readBody, readPage } from '../../http/index.ts'
import type { ChangeRequest, ReferenceRoom, SetVersion } from '../types.ts'
import type { Authorize } from './access.ts'
import { parseChangeBody } from './change-body.ts'
import {
  CHANGE_SET,
  COMPARE,
  LIST_SETS,
  LIST_VALUES,
  LIST_VERSIONS,
  PREVIEW,
  READ_SET,
  READ_VERSION,
} from './operations.ts'
import { cutRange } from './range.ts'
import { viewDifference, viewPreview, viewSet, viewValue, viewVersion } from './views.ts'

export interface ReferenceApiFaceOptions {
  readonly room: ReferenceRoom
  readonly authorize: Authorize
  /** Whose signatures on provenance count. */
  readonly keys: readonly PublicKey[]
  readonly bodyBytes: number
  /** Epoch seconds. */
  readonly now: () => number
}

export function createReferenceApiFace(options: ReferenceApiFaceOptions): Face {
  const get = (path: string, operation: Face['routes'][number]['operation'], respond: Respond) => ({
    method: 'get' as const,
    path: `/references${path}`,
    operation,
    async respond(c: HttpContext) {
      const { scopes } = await options.authorize(c, 'references:read', c.req.param('set'))
      return c.json(await respond(c, options, scopes))
    },
  })
  return {
    name: 'reference sets',
    basePaths: ['/api/v1'],
    routes: [
      get('', LIST_SETS, listSets),
      get('/{set}', READ_SET, async (c, { room, now }) => viewSet(await room.readSet(setOf(c)), now())),
      get('/{set}/values', LIST_VALUES, listValues),
      get('/{set}/versions', LIST_VERSIONS, listVersions),
      get('/{set}/versions/{version}', READ_VERSION, async (c, { room }) =>
        viewVersion(await room.readVersion(setOf(c), Number(c.req.param('version'))), true),
      ),
      get('/{set}/compare', COMPARE, compare),
      {
        method: 'post',
        path: '/references/{set}/preview',
        operation: PREVIEW,
        async respond(c) {
          const { by } = await options.authorize(c, 'references:read', setOf(c))
          const preview = await options.room.preview(await readRequest(c, 'preview', by, options))
          return c.json(viewPreview(preview, options.now()))
        },
      },
      {
        method: 'post',
        path: '/references/{set}/versions',
        operation: CHANGE_SET,
        async respond(c) {
          const actor = await options.authorize(c, 'references:write', setOf(c))
          const set = await options.room.change(await readRequest(c, 'change', actor.by, options), actor)
          c.header('etag', `"${set.version}"`)
          return c.json(viewSet(set, options.now()))
        },
      },
    ],
  }
}

type Respond = (c: HttpContext, options: ReferenceApiFaceOptions, scopes: readonly string[]) => Promise<unknown>

const setOf = (c: HttpContext): string => c.req.param('set') as string

const listSets: Respond = async (c, { room, now }, scopes) => {
  const query = c.req.query()
  const { tee, state } = query
  const sets = (await room.listSets())
    .filter(({ name }) => coversPath(scopes, name))
    .map((set) => viewSet(set, now()))
    .filter((set) => (tee === undefined || set['tee'] === tee) && (state === undefined || set['state'] === state))
  const keyOf = (set: Record<string, unknown>) => set['name'] as string
  const read = async (options: Range) => cutRange(sets, keyOf, options)
  return readPage({
    query,
    filters: ['tee', 'state'],
    choices: { state: ['active', 'expired', 'empty'] },
    descending: false,
    keyOf,
    read,
  })
}

type Range = Parameters<typeof cutRange>[2]

const listValues: Respond = async (c, { room, now }) => {
  const query = c.req.query()
  const { prefix = '', state } = query
  const set = await room.readSet(setOf(c))
  const cap = set.expiresAt ?? Number.POSITIVE_INFINITY
  const records = [...set.state.records.values()]
    .map((record) => ({ ...record, expiresAt: Math.min(record.expiresAt, cap) }))
    .filter((record) => record.name.startsWith(prefix))
    .filter((record) => state === undefined || isExpired(record, now()) === (state === 'expired'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const keyOf = ({ name }: ReferenceRecord) => name
  const read = async (options: Range) => cutRange(records, keyOf, options)
  const page = await readPage({
    query,
    filters: ['prefix', 'state'],
    choices: { state: ['active', 'expired'] },
    descending: false,
    keyOf,
    read,
  })
  return { ...page, items: page.items.map((record) => viewValue(record, now())) }
}

const VERSION_DIGITS = 10

const listVersions: Respond = async (c, { room }) => {
  const set = await room.readSet(setOf(c))
  const keyOf = ({ version }: SetVersion) => String(version).padStart(VERSION_DIGITS, '0')
  const read = async ({ limit = 0, after, descending = false }: Range) => {
    const place = after === undefined ? undefined : Number(after)
    if (descending) return room.listVersions(set.name, { limit, ...(place === undefined ? {} : { before: place }) })
    const first = (place ?? 0) + 1
    const last = Math.min(set.version, first + limit - 1)
    if (!Number.isSafeInteger(first) || last < first) return []
    return (await room.listVersions(set.name, { limit: last - first + 1, before: last + 1 })).toReversed()
  }
  const page = await readPage({ query: c.req.query(), filters: [], descending: true, keyOf, keyForm: /^\d{10}$/, read })
  return { ...page, items: page.items.map((version) => viewVersion(version, false)) }
}

const compare: Respond = async (c, { room, now }) => {
  const [from, to] = ['from', 'to'].map((name) => Number(c.req.query(name))) as [number, number]
  const set = setOf(c)
  const [before, after] = [await room.readRecordsAt(set, from), await room.readRecordsAt(set, to)]
  return { from, to, difference: viewDifference(diffReferences(before, after), now()) }
}

async function readRequest(
  c: HttpContext,
  purpose: 'change' | 'preview',
  by: string,
  { keys, bodyBytes, now }: ReferenceApiFaceOptions,
): Promise<ChangeRequest> {
  const body = await readBody(c, bodyBytes)
  const { change, reason } = await parseChangeBody(body, purpose, { now: now(), keys })
  const expectedVersion = readIfMatch(c)
  return { set: setOf(c), change, by, reason, ...(expectedVersion === undefined ? {} : { expectedVersion }) }
}

/** @throws AppraisalError REFERENCE_CHANGE_INVALID */
function readIfMatch(c: HttpContext): number | undefined {
  const header = c.req.header('if-match')
  if (header === undefined) return undefined
  const match = /^"(\d{1,10})"$/.exec(header)
  if (match !== null) return Number(match[1])
  throw new AppraisalError('REFERENCE_CHANGE_INVALID', undefined, {
    details: { path: 'if-match', expected: '"VERSION"', actual: header.slice(0, 64) },
  })
}
