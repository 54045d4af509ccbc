import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { deflateRaw, deflateRawSync, inflateRaw } from 'node:zlib'
import { decodeUtf8, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { ServiceError } from '../errors.ts'
import type { ListOptions, Store, StoreEntry } from '../store/index.ts'
import { createBucketCounter, findSizeCut, type Series, type SeriesRange, sumBuckets } from './buckets.ts'
import { nameMachine } from './machine.ts'
import { createMachineEntry } from './machine-room.ts'
import { readTraits } from './traits.ts'
import type { Attempt, AttemptReport } from './types.ts'

const ATTEMPTS = 'attempt/verdict/'
const INPUTS = 'attempt/input/'
const DAY_SECONDS = 86_400
const MAX_INFLATED_BYTES = 256 * 1024 * 1024
const ID = /^\d{11}-[0-9a-f]{6}-\d{9}$/

/** Little work and little memory: the texts are small, and there is one for every attestation. */
const DEFLATE = { level: 2, memLevel: 7, windowBits: 14 }
/** A text of up to this many letters is compressed sooner than a thread for it is found. */
const SHORT_TEXT = 1 << 16
const deflateLong = promisify(deflateRaw)
const deflate = async (text: string): Promise<Uint8Array> =>
  text.length > SHORT_TEXT ? deflateLong(text, DEFLATE) : deflateRawSync(text, DEFLATE)
const inflate = promisify(inflateRaw)

/** How long attempts are kept. */
export interface Retention {
  /** Verdicts with their findings. */
  readonly attemptDays: number
  /** Policy inputs, without which there is no dry run; the verdict stays when its input goes. */
  readonly inputDays: number
  /** All inputs together; the oldest go first. */
  readonly inputBytes: number
}

/** Every attestation attempt, with what was found and what policies were evaluated on. */
export interface AttemptRoom {
  /** Makes the records of an attempt; whoever writes the audit entry of it writes them too. */
  describe(report: AttemptReport): Promise<{ readonly attempt: Attempt; readonly records: readonly StoreEntry[] }>
  /** @param options `where` knows the names of {@link ATTEMPT_FIELDS} */
  list(options: ListOptions): Promise<Attempt[]>
  /** @throws ServiceError SERVICE_ATTESTATION_UNKNOWN */
  read(id: string): Promise<Attempt>
  /** @throws ServiceError SERVICE_ATTESTATION_UNKNOWN, SERVICE_ATTESTATION_INPUT_GONE */
  readInput(id: string): Promise<unknown>
  sum(range: SeriesRange): Promise<Series>
  /** Removes the oldest inputs while all of them are larger than allowed. Returns how many. */
  enforceSize(): Promise<number>
}

/** Store key of an attempt, or of any attempt at a time: ids begin with their second. */
export function attemptKey(id: string | number): string {
  return ATTEMPTS + (typeof id === 'number' ? String(Math.max(0, Math.floor(id))).padStart(11, '0') : id)
}

/** @param now epoch seconds */
export function createAttemptRoom(store: Store, now: () => number, retention: Retention): AttemptRoom {
  const replica = randomBytes(3).toString('hex')
  const buckets = createBucketCounter(retention.attemptDays)
  let count = 0
  const read = async (id: string): Promise<Attempt> => {
    const record = ID.test(id) ? await store.get(attemptKey(id)) : undefined
    if (record === undefined)
      throw new ServiceError('SERVICE_ATTESTATION_UNKNOWN', undefined, { details: { path: 'id', actual: id } })
    return decode<Attempt>(record.value)
  }
  return {
    async describe({ input, evidence, policies = [], ...report }) {
      const time = now()
      const id = `${String(time).padStart(11, '0')}-${replica}-${String(count++ % 1e9).padStart(9, '0')}`
      const inputText = JSON.stringify(
        input ?? { evidence: evidence.map(({ tee, judgement: { claims } }) => ({ tee, claims })) },
      )
      const inputValue = await deflate(inputText)
      const inputExpiresAt = time + retention.inputDays * DAY_SECONDS
      const attempt = describeAttempt(id, time, { ...report, evidence, policies }, inputText, inputExpiresAt)
      const expiresAt = time + Math.max(retention.attemptDays, retention.inputDays) * DAY_SECONDS
      return {
        attempt,
        records: [
          { key: attemptKey(id), value: await encode(attempt), expiresAt, fields: listFields(attempt) },
          { key: INPUTS + id, value: inputValue, expiresAt: inputExpiresAt },
          buckets.count(attempt, inputValue.length),
          ...createMachineEntry(attempt, expiresAt),
        ],
      }
    },
    async list(options) {
      const records = await store.list(ATTEMPTS, options)
      return Promise.all(records.map(({ value }) => decode<Attempt>(value)))
    },
    read,
    async readInput(id) {
      const { input } = await read(id)
      const record = await store.get(INPUTS + id)
      if (record !== undefined) return decode(record.value)
      throw new ServiceError('SERVICE_ATTESTATION_INPUT_GONE', undefined, {
        details: { path: 'id', actual: id, expected: `kept until ${input.keptUntil} at most` },
      })
    },
    sum: (range) => sumBuckets(store, range),
    async enforceSize() {
      const cut = await findSizeCut(store, retention.inputBytes, now() - retention.inputDays * DAY_SECONDS)
      return cut === undefined ? 0 : store.deleteUntil(INPUTS, INPUTS + String(cut).padStart(11, '0'))
    },
  }
}

function describeAttempt(
  id: string,
  time: number,
  report: Omit<AttemptReport, 'input'> & { policies: readonly string[] },
  inputText: string,
  keptUntil: number,
): Attempt {
  const bytes = encodeUtf8(inputText)
  const [first] = report.evidence
  const machine = first && nameMachine(first.tee, first.judgement.claims)
  const status = first?.judgement.status
  return {
    ...report,
    id,
    time,
    ...(machine === undefined ? {} : { machine }),
    ...(status === undefined ? {} : { status }),
    ...(first === undefined ? {} : readTraits(first.tee, first.judgement.claims)),
    simulated: report.evidence.some(({ judgement }) => judgement.simulated),
    evidence: report.evidence.map(({ tee, judgement: { claims: _, ...judgement } }) => ({ tee, judgement })),
    input: { bytes: bytes.length, sha256: encodeHex(digest('sha256', bytes)), keptUntil },
  }
}

/** What attempts can be filtered by in the store, what few have in common first: the store looks for that one. */
export const ATTEMPT_FIELDS = [
  'machine',
  'measurement',
  'code',
  'outcome',
  'policy',
  'status',
  'product',
  'tee',
  'source',
  'simulated',
] as const

function listFields(attempt: Attempt): Record<string, string> {
  // Whatever its version was: the first policy that was asked.
  const policy = attempt.policies[0]?.replace(/@\d+$/, '')
  const values: Partial<Record<(typeof ATTEMPT_FIELDS)[number], string | boolean | undefined>> = { ...attempt, policy }
  return Object.fromEntries(
    ATTEMPT_FIELDS.flatMap((name) => (values[name] === undefined ? [] : [[name, String(values[name])]])),
  )
}

async function encode(value: unknown): Promise<Uint8Array> {
  return deflate(JSON.stringify(value))
}

async function decode<T>(value: Uint8Array): Promise<T> {
  return JSON.parse(decodeUtf8(new Uint8Array(await inflate(value, { maxOutputLength: MAX_INFLATED_BYTES })))) as T
}
