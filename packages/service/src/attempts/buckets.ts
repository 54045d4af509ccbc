import { randomBytes } from 'node:crypto'
import { decodeUtf8, encodeUtf8 } from '@veritee/codec/bytes'
import type { Store, StoreEntry } from '../store/index.ts'
import { ATTEMPT_OUTCOMES, type Attempt, type AttemptOutcome } from './types.ts'

const PREFIX = 'stat/attestation/'
const DAY_SECONDS = 86_400
/** Names of one kind in a bucket; what comes beyond them is counted as `other`. */
const MAX_NAMES = 64
/** Upper bounds of the counts of latencies, milliseconds; the last column is what took longer. */
const LATENCIES_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000] as const
/** Length of a bucket: five minutes. */
export const BUCKET_SECONDS = 300

/** What happened within five minutes at one replica. */
export interface Bucket {
  readonly start: number
  readonly outcomes: Record<AttemptOutcome, number>
  readonly codes: Record<string, number>
  /** Absent in buckets of older versions, like the two after it. */
  readonly tees?: Record<string, number>
  /** By kind of machine and TCB status, such as `tdx UpToDate`. */
  readonly statuses?: Record<string, number>
  /** By what the time did not exceed, such as `5 ms`. */
  readonly latencies?: Record<string, number>
  /** Bytes of the policy inputs that were kept. */
  bytes: number
}

/** Counts attempts into buckets that are written together with each attempt. */
export interface BucketCounter {
  count(attempt: Attempt, bytes: number): StoreEntry
}

const encodeStart = (start: number) => String(Math.max(0, start)).padStart(11, '0')

/** @param days how long buckets are kept */
export function createBucketCounter(days: number): BucketCounter {
  const replica = randomBytes(6).toString('hex')
  let bucket: Required<Bucket> | undefined
  return {
    count({ time, outcome, code, tee, status, latencyMs }, bytes) {
      const start = time - (time % BUCKET_SECONDS)
      if (bucket?.start !== start) bucket = createBucket(start)
      bucket.outcomes[outcome]++
      bucket.bytes += bytes
      add(bucket.codes, code)
      add(bucket.tees, tee)
      add(bucket.statuses, status === undefined ? undefined : `${tee} ${status}`)
      const bound = LATENCIES_MS.find((limit) => latencyMs <= limit)
      add(bucket.latencies, bound === undefined ? 'longer' : `${bound} ms`)
      return {
        key: `${PREFIX}${encodeStart(start)}/${replica}`,
        value: encodeUtf8(JSON.stringify(bucket)),
        expiresAt: start + days * DAY_SECONDS,
      }
    },
  }
}

function createBucket(start: number): Required<Bucket> {
  const outcomes = { accepted: 0, warned: 0, refused: 0, unavailable: 0 }
  return { start, outcomes, codes: {}, tees: {}, statuses: {}, latencies: {}, bytes: 0 }
}

function add(counts: Record<string, number>, name: string | undefined): void {
  if (name === undefined) return
  const counted = name in counts || Object.keys(counts).length < MAX_NAMES ? name : 'other'
  counts[counted] = (counts[counted] ?? 0) + 1
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

/** What columns can be for. */
export const SERIES = ['outcome', 'code', 'tee', 'status', 'latency'] as const
export type SeriesKind = (typeof SERIES)[number]

/** Which buckets are added up, and how. Times in epoch seconds. */
export interface SeriesRange {
  readonly from: number
  readonly to: number
  readonly step: number
  readonly by: SeriesKind
}

function readCounts({ outcomes, codes, tees = {}, statuses = {}, latencies = {} }: Bucket, by: SeriesKind) {
  return { outcome: outcomes, code: codes, tee: tees, status: statuses, latency: latencies }[by]
}

/** Adds buckets up into steps. */
export async function sumBuckets(store: Store, { from, to, step, by }: SeriesRange): Promise<Series> {
  const steps = Math.max(0, Math.ceil((to - from) / step))
  const t = Array.from({ length: steps }, (_, index) => from + index * step)
  const columns = new Map<string, number[]>()
  const column = (name: string): number[] => {
    const present = columns.get(name) ?? new Array<number>(steps).fill(0)
    columns.set(name, present)
    return present
  }
  if (by === 'outcome') for (const outcome of ATTEMPT_OUTCOMES) column(outcome)
  if (by === 'latency') for (const name of [...LATENCIES_MS.map((limit) => `${limit} ms`), 'longer']) column(name)
  for await (const bucket of readBuckets(store, from, to)) {
    const index = Math.floor((bucket.start - from) / step)
    for (const [name, count] of Object.entries(readCounts(bucket, by))) {
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
