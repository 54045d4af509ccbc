import { findNearest } from '@veritee/codec/nearest'
import { ServiceError } from '../errors.ts'
import type { TrusteeFile, TrusteeKey, TrusteeValueType } from './keys/key.ts'

type Values = ReadonlyMap<string, unknown>

/** What one file says, checked against the keys that it may have. */
export interface TrusteeSettings {
  readonly file: TrusteeFile
  /** Whether the file is there. */
  readonly present: boolean
  /** Values by key, in the order of the file; an entry of a list of tables stands as `plugins[2].name`. */
  readonly values: Values
  /** An empty text counts as absent, as it does for the programs that wrote these files. */
  text(key: string): string | undefined
  texts(key: string): readonly string[]
  count(key: string): number | undefined
  flag(key: string): boolean | undefined
}

const TYPES: Readonly<Record<TrusteeValueType, { readonly fits: (value: unknown) => boolean; readonly what: string }>> =
  {
    text: { fits: (value) => typeof value === 'string', what: 'a text' },
    texts: {
      fits: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
      what: 'a list of texts',
    },
    count: {
      fits: (value) => /^\d{1,9}$/.test(typeof value === 'number' || typeof value === 'string' ? String(value) : ''),
      what: 'a whole number',
    },
    flag: { fits: (value) => typeof value === 'boolean', what: 'true or false' },
    any: { fits: () => true, what: 'anything' },
  }

/**
 * Checks a document against its keys: none may be unknown, none of another type.
 *
 * @throws ServiceError SERVICE_CONFIG_KEY_UNKNOWN naming the nearest key, SERVICE_CONFIG_INVALID
 */
export function readSettings(
  file: TrusteeFile,
  document: Readonly<Record<string, unknown>> | undefined,
  rows: readonly TrusteeKey[],
): TrusteeSettings {
  const values = new Map(document === undefined ? [] : listValues(file, document, rows, '', ''))
  return {
    file,
    present: document !== undefined,
    values,
    text: (key) => (values.get(key) as string | undefined) || undefined,
    texts: (key) => (values.get(key) as readonly string[] | undefined) ?? [],
    count: (key) => (values.has(key) ? Number(values.get(key)) : undefined),
    flag: (key) => values.get(key) as boolean | undefined,
  }
}

/** @param path where the table stands in the document; @param pattern the same with `[]` for places in lists */
function listValues(
  file: TrusteeFile,
  table: Readonly<Record<string, unknown>>,
  rows: readonly TrusteeKey[],
  path: string,
  pattern: string,
): [string, unknown][] {
  return Object.entries(table).flatMap(([name, value]): [string, unknown][] => {
    const [at, key] = [path + name, pattern + name]
    const row = rows.find((one) => one.key === key)
    if (row !== undefined) {
      if (value === null || value === undefined) return []
      const { fits, what } = TYPES[row.type]
      if (!fits(value)) throw invalid(file, at, `It must be ${what}.`, what, value)
      return [[at, value]]
    }
    const below = (start: string) => rows.some((one) => one.key.startsWith(start))
    if (below(`${key}.`)) {
      if (value === null) return []
      if (!isTable(value)) throw invalid(file, at, 'It must be a table of keys.', 'a table', value)
      return listValues(file, value, rows, `${at}.`, `${key}.`)
    }
    if (below(`${key}[].`)) {
      if (!Array.isArray(value) || !value.every(isTable))
        throw invalid(file, at, 'It must be a list of tables.', 'a list of tables', value)
      return value.flatMap((entry, index) => listValues(file, entry, rows, `${at}[${index}].`, `${key}[].`))
    }
    throw unknownKey(file, at, name, path, pattern, rows)
  })
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @throws ServiceError SERVICE_CONFIG_INVALID */
export function invalid(
  file: TrusteeFile,
  key: string,
  why: string,
  expected?: string,
  actual?: unknown,
): ServiceError {
  return new ServiceError('SERVICE_CONFIG_INVALID', `${file} ${key}: ${why}`, {
    details: {
      path: `${file} ${key}`,
      ...(expected === undefined ? {} : { expected }),
      ...(actual === undefined ? {} : { actual: JSON.stringify(actual)?.slice(0, 128) }),
    },
  })
}

function unknownKey(
  file: TrusteeFile,
  at: string,
  name: string,
  path: string,
  pattern: string,
  rows: readonly TrusteeKey[],
): ServiceError {
  const siblings = rows
    .filter(({ key }) => key.startsWith(pattern))
    .map(({ key }) => key.slice(pattern.length).replace(/[.[].*$/, ''))
  const nearest = findNearest(name, [...new Set(siblings)])
  const hint = nearest === undefined ? '' : ` Did you mean ${path}${nearest}?`
  return new ServiceError('SERVICE_CONFIG_KEY_UNKNOWN', `${file}: There is no key ${at}.${hint}`, {
    details: { path: `${file} ${at}`, ...(nearest === undefined ? {} : { expected: path + nearest }) },
  })
}
