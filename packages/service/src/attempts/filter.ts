import type { StoreFields } from '../store/index.ts'

/** What most records have: the store looks for it last. */
const COMMON: ReadonlySet<string> = new Set([
  'outcome=accepted',
  'simulated=false',
  'source=broker',
  'status=UpToDate',
  'tee=tdx',
])

/**
 * The filters of a query in the order in which the store looks for them: it walks the records of the first one, so what few
 * have in common goes first.
 *
 * @param fields names of filters, the rarest first
 */
export function readFilters(query: Readonly<Record<string, string>>, fields: readonly string[]): StoreFields {
  const given = fields.flatMap((name): [string, string][] => {
    const value = query[name]
    return value === undefined ? [] : [[name, value]]
  })
  const isCommon = ([name, value]: [string, string]) => COMMON.has(`${name}=${value}`)
  return Object.fromEntries([...given.filter((pair) => !isCommon(pair)), ...given.filter(isCommon)])
}
