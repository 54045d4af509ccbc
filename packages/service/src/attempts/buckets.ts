import { randomBytes } from 'node:crypto'
import { decodeUtf8, encodeUtf8 } from '@veritee/codec/bytes'
import type { Store, StoreEntry } from '../store/index.ts'
import { ATTEMPT_OUTCOMES, type AttemptOutcome } from './types.ts'

const PREFIX = 'stat/attestation/'
const DAY_SECONDS = 86_400
const MAX_CODES = 64
/** Length of a bucket: five minutes. */
export const BUCKET_SECONDS = 300

/** What happened within five minutes at one replica. */
export interface Bucket {
  readonly start: number
  readonly outcomes: Record<AttemptOutcome, number>
  readonly codes: Record<string, number>
  /** Bytes of the policy inputs that were kept. */
  bytes: number
}

/** Counts attempts into buckets that are written together with each attempt. */
export interface BucketCounter {
  count(time: number, outcome: AttemptOutcome, code: string | undefined, bytes: number): StoreEntry
}

const encodeStart = (start: number) => String(Math.max(0, start)).padStart(11, '0')

/** @param days how long buckets are kept */
export function createBucketCounter(days: number): BucketCounter {
  const replica = randomBytes(6).toString('hex')
  let bucket: Bucket | undefined
  return {
    count(time, outcome, code, bytes) {
      const start = time - (time % BUCKET_SECONDS)
      if (bucket?.start !== start)
        bucket = { start, outcomes: { accepted: 0, warned: 0, refused: 0, unavailable: 0 }, codes: {}, bytes: 0 }
      bucket.outcomes[outcome]++
      bucket.bytes += bytes
      if (code !== undefined) {
        const name = code in bucket.codes || Object.keys(bucket.codes).length < MAX_CODES ? code : 'other'
        bucket.codes[name] = (bucket.codes[name] ?? 0) + 1
      }
      return {
        key: `${PREFIX}${encodeStart(start)}/${replica}`,
        value: encodeUtf8(JSON.stringify(bucket)),
        expiresAt: start + days * DAY_SECONDS,
      }
    },
  }
}

/** Buckets of all replicas that begin in `from ≤ start < to`, in order of time; of one time there may be several. */
export async function* readBuckets(store: Store, from: number, to: number): AsyncGenerator<Bucket> {
  const until = PREFIX + encodeStart(to)
  for (let after = PREFIX + encodeStart(from); ; ) {
    const page = await store.list(PREFIX, { after, until })
    for (const { value } of page) yield JSON.parse(decodeUtf8(value)) as Bucket
    const last = page.at(-1)
    if (last === undefined) return
    after = last.key
  }
}

/** Columns for a plot: one time for each step, and for each name as many counts. */
export interface Series {
  readonly t: readonly number[]
  readonly [name: string]: readonly number[]
}

/** Adds buckets up into steps. */
export async function sumBuckets(
  store: Store,
  { from, to, step, by }: { from: number; to: number; step: number; by: 'outcome' | 'code' },
): Promise<Series> {
  const steps = Math.max(0, Math.ceil((to - from) / step))
  const t = Array.from({ length: steps }, (_, index) => from + index * step)
  const columns = new Map<string, number[]>()
  const column = (name: string): number[] => {
    const present = columns.get(name) ?? new Array<number>(steps).fill(0)
    columns.set(name, present)
    return present
  }
  if (by === 'outcome') for (const outcome of ATTEMPT_OUTCOMES) column(outcome)
  for await (const bucket of readBuckets(store, from, to)) {
    const index = Math.floor((bucket.start - from) / step)
    const counts = by === 'outcome' ? bucket.outcomes : bucket.codes
    for (const [name, count] of Object.entries(counts)) {
      const values = column(name)
      values[index] = (values[index] ?? 0) + count
    }
  }
  return { ...Object.fromEntries(columns), t }
}

/**
 * The start of the oldest bucket whose inputs still fit into `limitBytes` with all newer ones; undefined when all fit.
 *
 * @param oldest epoch seconds; older buckets have no inputs any more
 */
export async function findSizeCut(store: Store, limitBytes: number, oldest: number): Promise<number | undefined> {
  const sizes: [number, number][] = []
  for await (const { start, bytes } of readBuckets(store, oldest, 99_999_999_999)) sizes.push([start, bytes])
  let total = 0
  for (const [start, bytes] of sizes.reverse()) {
    total += bytes
    if (total > limitBytes) return start + BUCKET_SECONDS
  }
  return undefined
}
