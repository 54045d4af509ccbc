/** Cursors of the lists: where a page ends, bound to the filters that the list was asked with. */
import { AppraisalError } from '@veritee/appraisal'
import { decodeBase64Url, decodeUtf8, encodeBase64Url, encodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { canonicalizeJson } from '@veritee/codec/json'

export interface PageRequest {
  readonly limit: number
  /** Items after this key, or before it. */
  readonly from?: { readonly key: string; readonly backwards: boolean }
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
  readonly prev: string | null
}

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 200

/**
 * @param filters what a cursor of this list is good for, its name included
 * @throws AppraisalError REFERENCE_CURSOR_INVALID
 */
export function parsePageRequest(limit: string | undefined, cursor: string | undefined, filters: object): PageRequest {
  const count = limit === undefined ? DEFAULT_LIMIT : Number(limit)
  if (!Number.isInteger(count) || count < 1 || count > MAX_LIMIT) throw invalid('limit', `1 to ${MAX_LIMIT}`, limit)
  if (cursor === undefined) return { limit: count }
  const [direction, filter, key] = decodeCursor(cursor)
  if (filter !== canonicalizeJson(filters)) throw invalid('cursor', 'a cursor of this list with these filters')
  return { limit: count, from: { key, backwards: direction === 'before' } }
}

function decodeCursor(cursor: string): [string, string, string] {
  try {
    const value: unknown = cursor.length > 8192 ? undefined : JSON.parse(decodeUtf8(decodeBase64Url(cursor)))
    if (Array.isArray(value) && value.length === 3 && value.every((part) => typeof part === 'string'))
      return value as [string, string, string]
  } catch (error) {
    if (!isCodedError(error) && !(error instanceof SyntaxError)) throw error
  }
  throw invalid('cursor', 'a cursor as a page gave it')
}

const encodeCursor = (direction: 'after' | 'before', filters: object, key: string): string =>
  encodeBase64Url(encodeUtf8(JSON.stringify([direction, canonicalizeJson(filters), key])))

function invalid(path: string, expected: string, actual?: string): AppraisalError {
  return new AppraisalError('REFERENCE_CURSOR_INVALID', undefined, {
    details: { path, expected, ...(actual === undefined ? {} : { actual }) },
  })
}

/** One page of items that are in ascending order of their keys. */
export function cutPage<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  request: PageRequest,
  filters: object,
): Page<T> {
  const { limit, from } = request
  const position = from === undefined ? 0 : items.filter((item) => isBefore(keyOf(item), from)).length
  const start = from?.backwards === true ? Math.max(0, position - limit) : position
  const shown = items.slice(start, from?.backwards === true ? position : start + limit)
  const end = start + shown.length
  const [first, last] = [shown[0], shown.at(-1)]
  return {
    items: shown,
    next: last !== undefined && end < items.length ? encodeCursor('after', filters, keyOf(last)) : null,
    prev: first !== undefined && start > 0 ? encodeCursor('before', filters, keyOf(first)) : null,
  }
}

/** Whether an item stands before the place a page is cut at. */
function isBefore(key: string, from: NonNullable<PageRequest['from']>): boolean {
  return from.backwards ? key < from.key : key <= from.key
}
