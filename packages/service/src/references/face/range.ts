import type { ListOptions } from '../../store/index.ts'

/** What a list in the store would give from a key on, of items that are in memory in ascending order of their keys. */
export function cutRange<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  { limit, after, descending = false }: Pick<ListOptions, 'limit' | 'after' | 'descending'>,
): T[] {
  const ordered = descending ? items.toReversed() : items
  const isPast = (key: string) => after === undefined || (descending ? key < after : key > after)
  return ordered.filter((item) => isPast(keyOf(item))).slice(0, limit)
}
