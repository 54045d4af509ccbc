/** Our own API for reference values: sets, their values, versions and comparison; preview and change. */
import { AppraisalError } from '@veritee/appraisal'
import { diffReferences, isExpired } from '@veritee/appraisal/references'
import type { PublicKey } from '@veritee/codec/signature'
import { type Face, type HttpContext, readBody } from '../http/index.ts'
import type { Authorize } from './access.ts'
import { parseChangeBody } from './change-body.ts'
import { cutPage, parsePageRequest } from './cursor.ts'
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
import type { ChangeRequest, ReferenceRoom } from './types.ts'
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
      await options.authorize(c, 'references:read')
      return c.json(await respond(c, options))
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
          const by = await options.authorize(c, 'references:read')
          const preview = await options.room.preview(await readRequest(c, 'preview', by, options))
          return c.json(viewPreview(preview, options.now()))
        },
      },
      {
        method: 'post',
        path: '/references/{set}/versions',
        operation: CHANGE_SET,
        async respond(c) {
          const by = await options.authorize(c, 'references:write')
          const set = await options.room.change(await readRequest(c, 'change', by, options))
          c.header('etag', `"${set.version}"`)
          return c.json(viewSet(set, options.now()))
        },
      },
    ],
  }
}

type Respond = (c: HttpContext, options: ReferenceApiFaceOptions) => Promise<unknown>

const setOf = (c: HttpContext): string => c.req.param('set') as string

const listSets: Respond = async (c, { room, now }) => {
  const { limit, cursor, tee, state } = c.req.query()
  const filters = { list: 'sets', tee: tee ?? null, state: state ?? null }
  const request = parsePageRequest(limit, cursor, filters)
  const sets = (await room.listSets())
    .map((set) => viewSet(set, now()))
    .filter((set) => (tee === undefined || set['tee'] === tee) && (state === undefined || set['state'] === state))
  return cutPage(sets, (set) => set['name'] as string, request, filters)
}

const listValues: Respond = async (c, { room, now }) => {
  const { limit, cursor, prefix = '', state } = c.req.query()
  const set = await room.readSet(setOf(c))
  const filters = { list: 'values', set: set.name, prefix, state: state ?? null }
  const request = parsePageRequest(limit, cursor, filters)
  const cap = set.expiresAt ?? Number.POSITIVE_INFINITY
  const records = [...set.state.records.values()]
    .map((record) => ({ ...record, expiresAt: Math.min(record.expiresAt, cap) }))
    .filter((record) => record.name.startsWith(prefix))
    .filter((record) => state === undefined || isExpired(record, now()) === (state === 'expired'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const page = cutPage(records, (record) => record.name, request, filters)
  return { ...page, items: page.items.map((record) => viewValue(record, now())) }
}

const listVersions: Respond = async (c, { room }) => {
  const { limit, cursor } = c.req.query()
  const set = await room.readSet(setOf(c))
  const filters = { list: 'versions', set: set.name }
  const request = parsePageRequest(limit, cursor, filters)
  // Newest first: a version's key ascends as its number falls.
  const keyOf = (version: number) => String(Number.MAX_SAFE_INTEGER - version).padStart(16, '0')
  const numbers = Array.from({ length: set.version }, (_, index) => set.version - index)
  const page = cutPage(numbers, keyOf, request, filters)
  const [first] = page.items
  const entries =
    first === undefined ? [] : await room.listVersions(set.name, { limit: page.items.length, before: first + 1 })
  return { ...page, items: entries.map((version) => viewVersion(version, false)) }
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
  const body = await readBody(c.req.raw, bodyBytes)
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
