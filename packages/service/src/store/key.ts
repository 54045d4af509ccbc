import { ServiceError } from '../errors.ts'

const MAX_KEY_BYTES = 1024
const LONE_SURROGATE = /\p{Surrogate}/u

/** Refuses keys that drivers could order or cut differently: empty, over 1024 bytes, with control characters or lone surrogates. */
export function checkStoreKey(key: string): void {
  const broken =
    key.length === 0 ||
    /[\u0000-\u001f\u007f]/.test(key) ||
    LONE_SURROGATE.test(key) ||
    Buffer.byteLength(key) > MAX_KEY_BYTES
  if (broken) throw new ServiceError('SERVICE_STORE_KEY_INVALID', undefined, { details: { path: 'key', actual: key } })
}

/** Order of two keys by their UTF-8 bytes, which is the order of their code points and of SQLite's BINARY collation. */
export function compareStoreKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** The smallest key after every key that starts with `prefix`; undefined when there is none. */
export function endOfPrefix(prefix: string): string | undefined {
  const points = [...prefix].map((char) => char.codePointAt(0) as number)
  while (points.length > 0) {
    const last = points.pop() as number
    if (last >= 0x10ffff) continue
    return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1)
  }
  return undefined
}

/** Bounds of a listing: keys from `least` on, above `above`, below `below`. */
export interface KeyRange {
  readonly least: string
  readonly above: string | undefined
  readonly below: string | undefined
}

/** The keys that a listing may give back, whichever way it runs. */
export function boundKeys(
  prefix: string,
  options: { after?: string | undefined; until?: string | undefined; descending?: boolean | undefined },
): KeyRange {
  const { after, until, descending = false } = options
  const above = descending ? until : after
  const belows = [descending ? after : until, endOfPrefix(prefix)].filter((key) => key !== undefined)
  const below = belows.sort(compareStoreKeys)[0]
  return { least: prefix, above, below }
}
