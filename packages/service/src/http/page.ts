import { decodeBase64Url, decodeUtf8, encodeBase64Url, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { canonicalizeJson } from '@veritee/codec/json'
import { ServiceError } from '../errors.ts'
import type { ListOptions } from '../store/index.ts'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 200

/** One page of a list: `next` goes on in the order of the list, `prev` back. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
  readonly prev: string | null
}

export interface PageQuery<T> {
  /** The query of the request; `limit` and `cursor` are read here, whatever else is in it is a filter. */
  readonly query: Readonly<Record<string, string>>
  /** Names of the filters that this list has. */
  readonly filters: readonly string[]
  /** What filters may be, those of them that have few values: any other would find nothing, and seem to say that nothing is there. */
  readonly choices?: Readonly<Record<string, readonly string[]>>
  /** The natural order of the list. */
  readonly descending: boolean
  /** Lists from a key on, in the order asked for. */
  read(options: Pick<ListOptions, 'limit' | 'after' | 'descending'>): Promise<readonly T[]>
  /** The store key of an item. */
  keyOf(item: T): string
  /** How keys look, where they are not just any text. */
  readonly keyForm?: RegExp
}

/**
 * Reads one page. A cursor names a place and the filters it was made under, so rows that come meanwhile shift nothing.
 *
 * @throws ServiceError SERVICE_REQUEST_INVALID for an unknown filter or limit, SERVICE_CURSOR_INVALID, SERVICE_CURSOR_FILTER_MISMATCH
 */
export async function readPage<T>(options: PageQuery<T>): Promise<Page<T>> {
  const { query, filters, choices = {}, descending, read, keyOf, keyForm = ANY_KEY } = options
  const { limit: asked, cursor, ...given } = query
  const limit = parseLimit(asked)
  for (const [name, value] of Object.entries(given)) checkFilter(name, value, filters, choices)
  const filter = encodeHex(digest('sha256', encodeUtf8(canonicalizeJson({ ...given, filters })))).slice(0, 16)
  const place = cursor === undefined ? undefined : decodeCursor(cursor, filter, keyForm)
  const backwards = place?.backwards ?? false
  const found = await read({ limit: limit + 1, after: place?.key, descending: descending !== backwards })
  const more = found.length > limit
  const items = backwards ? found.slice(0, limit).reverse() : found.slice(0, limit)
  const [first, last] = [items[0], items.at(-1)]
  const at = (item: T | undefined, back: boolean) =>
    item === undefined ? null : encodeCursor({ key: keyOf(item), backwards: back }, filter)
  return {
    items,
    next: more || backwards ? at(last, false) : null,
    prev: (backwards ? more : place !== undefined) ? at(first, true) : null,
  }
}

/** No control characters and no halves of characters: a store may not even take them. */
const ANY_KEY = /^[^\p{Cc}\p{Cs}]*$/u

/**
 * Checks one filter of a query.
 *
 * @param choices what filters may be, those of them that have few values
 * @throws ServiceError SERVICE_REQUEST_INVALID
 */
export function checkFilter(
  name: string,
  value: string,
  filters: readonly string[],
  choices: Readonly<Record<string, readonly string[]>>,
): void {
  const path = name.slice(0, 64)
  if (!filters.includes(name)) {
    throw new ServiceError('SERVICE_REQUEST_INVALID', `This list has no filter ${path}.`, {
      details: { path, expected: filters },
    })
  }
  const expected = Object.hasOwn(choices, name) ? choices[name] : undefined
  if (expected === undefined || expected.includes(value)) return
  throw new ServiceError('SERVICE_REQUEST_INVALID', `${path}: one of ${expected.join(', ')}.`, {
    details: { path, expected, actual: value.slice(0, 64) },
  })
}

/** @throws ServiceError SERVICE_REQUEST_INVALID */
function parseLimit(asked: string | undefined): number {
  const limit = asked === undefined ? DEFAULT_LIMIT : /^\d{1,4}$/.test(asked) ? Number(asked) : 0
  if (limit >= 1 && limit <= MAX_LIMIT) return limit
  throw new ServiceError('SERVICE_REQUEST_INVALID', `limit: not a number from 1 to ${MAX_LIMIT}.`, {
    details: { path: 'limit', expected: `1 to ${MAX_LIMIT}`, actual: asked?.slice(0, 64) },
  })
}

interface Place {
  readonly key: string
  readonly backwards: boolean
}

function encodeCursor({ key, backwards }: Place, filter: string): string {
  return encodeBase64Url(encodeUtf8(JSON.stringify([backwards ? 1 : 0, filter, key])))
}

function decodeCursor(cursor: string, filter: string, keyForm: RegExp): Place {
  let value: unknown
  try {
    if (cursor.length <= 4096) value = JSON.parse(decodeUtf8(decodeBase64Url(cursor)))
  } catch {
    // Refused below.
  }
  const [back, madeUnder, key] = Array.isArray(value) && value.length === 3 ? (value as unknown[]) : []
  const isPlace = typeof key === 'string' && keyForm.test(key)
  if (!isPlace || typeof madeUnder !== 'string' || (back !== 0 && back !== 1))
    throw new ServiceError('SERVICE_CURSOR_INVALID', undefined, { details: { path: 'cursor' } })
  if (madeUnder !== filter)
    throw new ServiceError('SERVICE_CURSOR_FILTER_MISMATCH', undefined, { details: { path: 'cursor' } })
  return { key, backwards: back === 1 }
}

/**
 * Reads one page of a list that is short enough to be held whole, as pages of the others are read.
 *
 * @param items in the order of the list; `keyOf` must tell them apart
 * @throws ServiceError as `readPage`
 */
export function pageOver<T>(
  items: readonly T[],
  options: Pick<PageQuery<T>, 'query' | 'filters' | 'choices' | 'keyOf'>,
): Promise<Page<T>> {
  const { keyOf } = options
  return readPage<T>({
    ...options,
    descending: false,
    async read({ limit = items.length, after, descending = false }) {
      const ordered = descending ? items.toReversed() : items
      const place = after === undefined ? -1 : ordered.findIndex((item) => keyOf(item) === after)
      // What the cursor stood at is gone: the list begins anew.
      return ordered.slice(place + 1, place + 1 + limit)
    },
  })
}
