import { AUDIT_GENESIS, type AuditEntry, hashAuditEntry } from './entry.ts'

/** Where a chain stops to fit. */
export interface AuditBreak {
  /** The entry that does not fit; where one is missing, the one that should be there. */
  readonly seq: number
  readonly what: 'gap' | 'prev' | 'hash' | 'malformed' | 'head'
  readonly expected: unknown
  readonly actual: unknown
}

/** What the check of a chain found. */
export interface AuditReport {
  readonly intact: boolean
  readonly count: number
  readonly first?: number
  readonly last?: { readonly seq: number; readonly hash: string; readonly time: number }
  /** Entries whose time is before the one of the entry before them: a clock was set back there. */
  readonly clockSetBack: number
  readonly broken?: AuditBreak
}

export interface AuditExpectation {
  /** The chain must begin behind this entry; without it at seq 1. */
  readonly after?: { readonly seq: number; readonly hash: string }
  /** A head that was kept: the chain must reach it and hold it. Its signature is the caller's to check. */
  readonly head?: { readonly seq: number; readonly hash: string }
}

/**
 * Checks that entries in ascending order make one unbroken chain: counted without a gap, each hash made of its entry, each
 * `prev` the hash before. A log that was cut at its end fits together: only a head kept elsewhere shows that.
 *
 * @returns the first break; nothing behind it is looked at
 */
export async function verifyAuditChain(
  entries: AsyncIterable<AuditEntry> | Iterable<AuditEntry>,
  expected: AuditExpectation = {},
): Promise<AuditReport> {
  const { after = { seq: 0, hash: AUDIT_GENESIS }, head } = expected
  let [count, clockSetBack] = [0, 0]
  let first: number | undefined
  let last: { seq: number; hash: string; time: number } | undefined
  let broken: AuditBreak | undefined
  for await (const entry of entries) {
    broken = findBreak(entry, last ?? after, head)
    if (broken !== undefined) break
    first ??= entry.seq
    if (last !== undefined && entry.time < last.time) clockSetBack++
    last = { seq: entry.seq, hash: entry.hash, time: entry.time }
    count++
  }
  const reached = last?.seq ?? after.seq
  if (broken === undefined && head !== undefined && reached < head.seq)
    broken = { seq: reached + 1, what: 'head', expected: head.seq, actual: reached }
  return {
    intact: broken === undefined,
    count,
    clockSetBack,
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
    ...(broken === undefined ? {} : { broken }),
  }
}

function findBreak(
  entry: AuditEntry,
  before: { seq: number; hash: string },
  head: AuditExpectation['head'],
): AuditBreak | undefined {
  const seq = before.seq + 1
  if (typeof entry !== 'object' || entry === null || !Number.isSafeInteger(entry.seq))
    return { seq, what: 'malformed', expected: 'an entry', actual: typeof entry }
  if (entry.seq !== seq) return { seq, what: 'gap', expected: seq, actual: entry.seq }
  if (entry.prev !== before.hash) return { seq, what: 'prev', expected: before.hash, actual: entry.prev }
  const hash = hashEntry(entry)
  if (entry.hash !== hash) return { seq, what: 'hash', expected: hash, actual: entry.hash }
  if (head?.seq === seq && head.hash !== hash) return { seq, what: 'head', expected: head.hash, actual: hash }
  return undefined
}

function hashEntry(entry: AuditEntry): string {
  try {
    return hashAuditEntry(entry)
  } catch {
    return 'a value that canonical JSON does not have'
  }
}
