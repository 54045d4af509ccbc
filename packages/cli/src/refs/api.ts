/** The service's API for reference values, as the commands use it. */
import { encodeUtf8 } from '@veritee/codec/bytes'
import { parseJson } from '@veritee/codec/json'
import { CliError } from '../errors.ts'
import type { AdminClient } from '../input/admin.ts'

export interface SetView {
  readonly name: string
  readonly tee: string | null
  readonly values: number
  readonly revoked: number
  readonly validUntil: string | null
  readonly nextExpiry: string | null
  readonly state: string
  readonly version: number
  readonly changedAt: string
  readonly changedBy: string
}

export interface ValueView {
  readonly name: string
  readonly kind: 'digests' | 'value'
  readonly digests: readonly { readonly algorithm: string; readonly value: string; readonly label: string | null }[]
  readonly value?: unknown
  readonly validUntil: string
  readonly state: string
}

export interface VersionView {
  readonly version: number
  readonly at: string
  readonly by: string
  readonly operation: string
  readonly reason: string
}

export interface DifferenceView {
  readonly added: readonly ValueView[]
  readonly removed: readonly ValueView[]
  readonly changed: readonly {
    readonly name: string
    readonly added: readonly unknown[]
    readonly removed: readonly unknown[]
    readonly validUntil?: { readonly before: string; readonly after: string }
  }[]
}

const pathOf = (set: string): string => `/api/v1/references/${encodeURIComponent(set)}`

/** Makes a change of a set; the set as it is afterwards. */
export async function changeSet(client: AdminClient, set: string, change: object, reason: string): Promise<SetView> {
  const body = encodeUtf8(JSON.stringify({ change, reason }))
  return parseJson((await client.call('POST', `${pathOf(set)}/versions`, body)).body) as SetView
}

/** What a change would do. */
export async function previewChange(
  client: AdminClient,
  set: string,
  change: object,
): Promise<{ readonly baseVersion: number; readonly difference: DifferenceView }> {
  const body = encodeUtf8(JSON.stringify({ change }))
  const answer = await client.call('POST', `${pathOf(set)}/preview`, body)
  return parseJson(answer.body) as { baseVersion: number; difference: DifferenceView }
}

export async function compareVersions(
  client: AdminClient,
  set: string,
  from: number,
  to: number,
): Promise<DifferenceView> {
  const answer = await client.call('GET', `${pathOf(set)}/compare?from=${from}&to=${to}`)
  return (parseJson(answer.body) as { difference: DifferenceView }).difference
}

export const listSets = (client: AdminClient): Promise<SetView[]> => readPages(client, '/api/v1/references')

export const listValues = (client: AdminClient, set: string): Promise<ValueView[]> =>
  readPages(client, `${pathOf(set)}/values`)

export const listVersions = (client: AdminClient, set: string): Promise<VersionView[]> =>
  readPages(client, `${pathOf(set)}/versions`)

const PAGE = 200
/** As many as a set can have names, and more than there can be sets. */
const MAX_PAGES = 1000

/** @throws CliError CLI_SERVICE_FAILED for lists without end */
async function readPages<T>(client: AdminClient, path: string): Promise<T[]> {
  const items: T[] = []
  let cursor: string | null = ''
  for (let pages = 0; cursor !== null; pages++) {
    if (pages === MAX_PAGES) {
      throw new CliError('CLI_SERVICE_FAILED', 'The service sends more pages than there can be.', {
        details: { path, expected: `at most ${MAX_PAGES} pages` },
      })
    }
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const answer = await client.call('GET', `${path}?limit=${PAGE}${query}`)
    const page = parseJson(answer.body) as { items: T[]; next: string | null }
    items.push(...page.items)
    cursor = page.next
  }
  return items
}

/** Values by name that have not expired, of every set. */
export async function queryAll(client: AdminClient): Promise<Record<string, unknown>> {
  return parseJson((await client.call('GET', '/kbs/v0/rvps/query')).body) as Record<string, unknown>
}

export async function queryOne(client: AdminClient, name: string): Promise<unknown> {
  return parseJson((await client.call('GET', `/kbs/v0/reference-value/${encodeURIComponent(name)}`)).body)
}
