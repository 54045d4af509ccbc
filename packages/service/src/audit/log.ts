import { decodeUtf8, encodeUtf8 } from '@veritee/codec/bytes'
import { canonicalizeJson } from '@veritee/codec/json'
import { ServiceError } from '../errors.ts'
import { Batches, type ListOptions, type Store, type StoreAccess, type StoreEntry } from '../store/index.ts'
import { AUDIT_GENESIS, type AuditEntry, type AuditEvent, hashAuditEntry } from './entry.ts'

const ENTRIES = 'audit/entry/'
const HEAD = 'audit/head'
const LONE_SURROGATE = /\p{Surrogate}/gu
/** So many events share one transaction at most. */
const BATCH = 128
/** So long a replica that met another one writes in turns with it. */
const SHARED_SECONDS = 10

/** The newest entry, in short. */
export interface AuditHead {
  readonly seq: number
  readonly hash: string
  readonly time: number
}

/** The append-only log. All replicas write one chain. */
export interface AuditLog {
  /**
   * Appends an event, and in the same transaction writes `records`. Returns when both are on the disk.
   *
   * @throws ServiceError SERVICE_STORE_*
   */
  record(event: AuditEvent, records?: readonly StoreEntry[]): Promise<void>
  /**
   * Makes a change and appends its event as one: there is never one without the other.
   *
   * @param event what happened, or what makes it from the result; undefined where nothing was changed after all
   */
  commit<T>(
    event: AuditEvent | ((result: T) => AuditEvent | undefined),
    change: (access: StoreAccess) => Promise<T>,
  ): Promise<T>
  /** Appends an event within a transaction that somebody else runs. */
  append(event: AuditEvent, access: StoreAccess): Promise<void>
  readHead(): Promise<AuditHead>
  /** @param options `where` knows `actor`, `action`, `object`, `outcome` and `session`; bounds are keys of `auditKey` */
  list(options: ListOptions): Promise<AuditEntry[]>
  /** Entries from `after` on, in order, as of the moment each page is read. */
  follow(after: number, until?: number): AsyncIterable<AuditEntry>
}

/** The store key of an entry. */
export function auditKey(seq: number): string {
  return ENTRIES + String(seq).padStart(14, '0')
}

/** The head as this process last saw it, with the version of its record. */
interface KnownHead {
  readonly head: AuditHead
  readonly version: number
}

interface Waiting {
  readonly event: AuditEvent
  readonly records: readonly StoreEntry[]
  resolve(): void
  reject(error: unknown): void
}

/** @param now epoch seconds */
export function createAuditLog(store: Store, now: () => number): AuditLog {
  let known: KnownHead | undefined
  /** Until then another replica writes too, and all of them take turns. */
  let sharedUntil = Number.NEGATIVE_INFINITY

  /** A replica that writes alone knows the head, and moves it without a transaction. Returns whether it was alone. */
  const writeAlone = async (events: readonly AuditEvent[], records: readonly StoreEntry[]): Promise<boolean> => {
    known = await moveHead(store, known ?? (await readKnownHead(store)), events, now(), records)
    return known !== undefined
  }

  const write = async (events: readonly AuditEvent[], records: readonly StoreEntry[]): Promise<void> => {
    if (now() >= sharedUntil) {
      if (await writeAlone(events, records)) return
      sharedUntil = now() + SHARED_SECONDS
    }
    await store.transaction((access) => append(access, events, now(), records))
  }

  const batches = new Batches<Waiting>(BATCH, async (batch) => {
    try {
      await write(
        batch.map(({ event }) => event),
        batch.flatMap(({ records }) => records),
      )
      for (const { resolve } of batch) resolve()
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  })

  const list = async (options: ListOptions): Promise<AuditEntry[]> =>
    (await store.list(ENTRIES, options)).map(({ value }) => decodeEntry(value))

  return {
    record(event, records = []) {
      return new Promise((resolve, reject) => {
        batches.add({ event, records, resolve, reject })
      })
    },
    commit: (event, change) =>
      store.transaction(async (access) => {
        const result = await change(access)
        const happened = typeof event === 'function' ? event(result) : event
        if (happened !== undefined) await append(access, [happened], now())
        return result
      }),
    append: (event, access) => append(access, [event], now()),
    readHead: async () => (await readKnownHead(store)).head,
    list,
    async *follow(after, until = Number.POSITIVE_INFINITY) {
      for (let seq = after; ; ) {
        const page = await list({ after: auditKey(seq), limit: 500 })
        for (const entry of page) {
          if (entry.seq > until) return
          yield entry
        }
        const last = page.at(-1)
        if (last === undefined) return
        seq = last.seq
      }
    },
  }
}

async function readKnownHead(access: StoreAccess): Promise<KnownHead> {
  const record = await access.get(HEAD)
  if (record === undefined) return { head: { seq: 0, hash: AUDIT_GENESIS, time: 0 }, version: 0 }
  return { head: JSON.parse(decodeUtf8(record.value)) as AuditHead, version: record.version }
}

/** Writes within a transaction, in which nobody else can move the head. */
async function append(
  access: StoreAccess,
  events: readonly AuditEvent[],
  time: number,
  records: readonly StoreEntry[] = [],
): Promise<void> {
  if ((await moveHead(access, await readKnownHead(access), events, time, records)) === undefined)
    throw new ServiceError('SERVICE_STORE_BUSY')
}

/** Writes the entries of the events and `records`, if the head is still the one that is known. Returns the new one. */
async function moveHead(
  access: StoreAccess,
  known: KnownHead,
  events: readonly AuditEvent[],
  time: number,
  records: readonly StoreEntry[],
): Promise<KnownHead | undefined> {
  const { head, entries } = chain(events, known.head, time)
  // Of several records of one key the last: one write has each key once.
  const along = [...new Map([...records, ...entries].map((entry) => [entry.key, entry])).values()]
  const version = await access.compareAndSet(HEAD, known.version, encodeUtf8(JSON.stringify(head)), { along })
  return version === undefined ? undefined : { head, version }
}

/** The entries of the events, and the head that they lead to. */
function chain(
  events: readonly AuditEvent[],
  before: AuditHead,
  time: number,
): { readonly head: AuditHead; readonly entries: readonly StoreEntry[] } {
  let head = before
  const entries = events.map((event): StoreEntry => {
    const body = { ...cleanEvent(event), seq: head.seq + 1, time, prev: head.hash }
    const entry: AuditEntry = { ...body, hash: hashAuditEntry(body) }
    const { session } = event.detail ?? {}
    const fields = {
      actor: event.actor.id,
      action: event.action,
      object: event.object,
      outcome: event.outcome,
      ...(typeof session === 'string' ? { session } : {}),
    }
    head = { seq: entry.seq, hash: entry.hash, time }
    return { key: auditKey(entry.seq), value: encodeUtf8(canonicalizeJson(entry)), fields }
  })
  return { head, entries }
}

/** The event as JSON has it: no absent members, no text that UTF-8 does not have, which a token's subject may bring. */
function cleanEvent(event: AuditEvent): AuditEvent {
  const clean = (_: string, value: unknown) =>
    typeof value === 'string' ? value.replace(LONE_SURROGATE, '\ufffd') : value
  return JSON.parse(JSON.stringify(event, clean)) as AuditEvent
}

function decodeEntry(value: Uint8Array): AuditEntry {
  try {
    return JSON.parse(decodeUtf8(value)) as AuditEntry
  } catch (cause) {
    throw new ServiceError('SERVICE_AUDIT_BROKEN', 'An entry of the audit log is no JSON.', { cause })
  }
}
