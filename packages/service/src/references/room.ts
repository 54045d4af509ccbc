import { AppraisalError } from '@veritee/appraisal'
import {
  type ChangeContext,
  checkSetName,
  createPolicyReferences,
  diffReferences,
  joinSets,
  type PolicyReferences,
  type ReferenceRecord,
} from '@veritee/appraisal/references'
import type { Store, StoreAccess } from '../store/index.ts'
import { changeSet, checkExpectedVersion, createEmptySet } from './change.ts'
import { decodeSet, decodeVersion, encodeSet, encodeVersion } from './document.ts'
import type {
  ChangeRequest,
  EffectAssessor,
  ReferencePreview,
  ReferenceRoom,
  ReferenceSet,
  SetVersion,
} from './types.ts'

const SETS = 'reference/set/'
const VERSIONS = 'reference/version/'
/** Written with every change: its version in the store tells whether a copy of the sets is still good. */
const HEAD = 'reference/head'
const PAGE = 200
const MAX_SETS = 1000
const MAX_SET_BYTES = 16 << 20
const LAST_VERSION = 9_999_999_999

/** The key of a version; newer ones come first. */
const versionKey = (set: string, version: number) =>
  `${VERSIONS}${set}/${String(LAST_VERSION - version).padStart(10, '0')}`

export interface ReferenceRoomOptions {
  readonly store: Store
  /** Epoch seconds. */
  readonly now: () => number
  readonly assess?: EffectAssessor
}

/**
 * Opens the reference values of a store. Changes are transactions of the store: two at once, of one process or of several,
 * both happen, one after the other.
 */
export function createReferenceRoom({ store, now, assess }: ReferenceRoomOptions): ReferenceRoom {
  let copy: { readonly head: number; readonly sets: readonly ReferenceSet[] } | undefined
  let seen: SeenByPolicies | undefined

  async function readSets(): Promise<readonly ReferenceSet[]> {
    const head = (await store.get(HEAD))?.version ?? 0
    if (copy?.head !== head) copy = { head, sets: await listSets(store) }
    return copy.sets
  }

  async function readRecordsAt(set: ReferenceSet, version: number, access: StoreAccess) {
    if (!Number.isSafeInteger(version) || version < 1 || version > set.version) throw unknownVersion(set, version)
    const records = new Map(set.state.records)
    for (let at = set.version; at > version; at--) {
      for (const { name, before } of (await readVersion(access, set, at)).changes) {
        if (before === undefined) records.delete(name)
        else records.set(name, before)
      }
    }
    return records
  }

  /** The change worked out against what `access` has. */
  async function workOut({ set: name, change, by, reason, expectedVersion }: ChangeRequest, access: StoreAccess) {
    const present = await access.get(SETS + checkSetName(name))
    const before = present === undefined ? createEmptySet(name) : decodeSet(present.value)
    checkExpectedVersion(before, expectedVersion)
    const context: ChangeContext = { now: now(), by, reason }
    const made = await changeSet(before, change, context, (version) => readRecordsAt(before, version, access))
    const others = (await listSets(access)).filter((set) => set.name !== name)
    if (present === undefined && others.length >= MAX_SETS) throw tooMuch('sets', MAX_SETS)
    const joinedBefore = joinAll([...others, before], now())
    const joinedAfter = joinAll([...others, made.set], now())
    return { before, ...made, joinedBefore, joinedAfter }
  }

  return {
    change(request, actor) {
      return store.transaction(async (access) => {
        const { set, version } = await workOut(request, access)
        const encoded = encodeSet(set)
        if (encoded.length > MAX_SET_BYTES) throw tooMuch('set', MAX_SET_BYTES)
        await access.put(SETS + set.name, encoded)
        await access.put(versionKey(set.name, set.version), encodeVersion(version))
        await access.put(HEAD, new Uint8Array())
        await actor?.record(set, access)
        return set
      })
    },
    async preview(request) {
      const { before, set, joinedBefore, joinedAfter } = await workOut(request, store)
      const policies = [joinedBefore, joinedAfter].map((records) => createPolicyReferences(records, now()))
      const [was, is] = policies as [PolicyReferences, PolicyReferences]
      const effect = await assess?.(was, is)
      return {
        set: set.name,
        baseVersion: before.version,
        difference: diffReferences(before.state.records, set.state.records),
        policy: comparePolicies(was, is),
        ...(effect === undefined ? {} : { effect }),
      }
    },
    listSets: async () => [...(await readSets())],
    readSet: async (name) => findSet(await readSets(), name),
    async listVersions(name, { limit, before }) {
      const set = findSet(await readSets(), name)
      const after = before === undefined ? {} : { after: versionKey(set.name, before) }
      const records = await store.list(`${VERSIONS}${set.name}/`, { limit, ...after })
      return records.map((record) => decodeVersion(record.value))
    },
    readVersion: async (name, version) => readVersion(store, findSet(await readSets(), name), version),
    async readRecordsAt(name, version) {
      const present = await store.get(SETS + checkSetName(name))
      if (present === undefined) throw unknownSet(name)
      return readRecordsAt(decodeSet(present.value), version, store)
    },
    async read() {
      const sets = await readSets()
      const at = now()
      if (seen?.sets !== sets || at < seen.from || at >= seen.until) seen = joinForPolicies(sets, at)
      return seen.references
    },
    readRecords: async () => joinSets(toRecords(await readSets()), now()),
  }
}

async function listSets(access: StoreAccess): Promise<ReferenceSet[]> {
  const sets: ReferenceSet[] = []
  for (let after: string | undefined; ; ) {
    const page = await access.list(SETS, after === undefined ? { limit: PAGE } : { limit: PAGE, after })
    sets.push(...page.map((record) => decodeSet(record.value)))
    if (page.length < PAGE) return sets
    after = page.at(-1)?.key
  }
}

async function readVersion(access: StoreAccess, set: ReferenceSet, version: number): Promise<SetVersion> {
  const inRange = Number.isSafeInteger(version) && version >= 1 && version <= LAST_VERSION
  const record = inRange ? await access.get(versionKey(set.name, version)) : undefined
  if (record === undefined) throw unknownVersion(set, version)
  return decodeVersion(record.value)
}

function findSet(sets: readonly ReferenceSet[], name: string): ReferenceSet {
  const set = sets.find((one) => one.name === checkSetName(name))
  if (set === undefined) throw unknownSet(name)
  return set
}

function toRecords(sets: readonly ReferenceSet[]) {
  return sets.map(({ name, expiresAt, state }) => ({
    name,
    records: state.records,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }))
}

/** What policies see, and for how long: until the next value or set lapses. */
interface SeenByPolicies {
  readonly sets: readonly ReferenceSet[]
  /** Epoch seconds. */
  readonly from: number
  readonly until: number
  readonly references: PolicyReferences
}

function joinForPolicies(sets: readonly ReferenceSet[], now: number): SeenByPolicies {
  let until = Number.POSITIVE_INFINITY
  const expire = (at: number | undefined) => {
    if (at !== undefined && at > now && at < until) until = at
  }
  for (const { expiresAt, state } of sets) {
    expire(expiresAt)
    for (const record of state.records.values()) expire(record.expiresAt)
  }
  return { sets, from: now, until, references: createPolicyReferences(joinAll(sets, now), now) }
}

function joinAll(sets: readonly ReferenceSet[], now: number): ReferenceRecord[] {
  return joinSets(toRecords(sets), now)
}

function comparePolicies(before: PolicyReferences, after: PolicyReferences): ReferencePreview['policy'] {
  const names = [...new Set([...Object.keys(before.data), ...Object.keys(after.data)])].sort()
  const see = ({ data }: PolicyReferences, name: string) => (Object.hasOwn(data, name) ? data[name] : undefined)
  return names.flatMap((name) => {
    const [was, is] = [see(before, name), see(after, name)]
    if (JSON.stringify(was) === JSON.stringify(is)) return []
    return [{ name, ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { after: is }) }]
  })
}

function unknownSet(name: string): AppraisalError {
  return new AppraisalError('REFERENCE_SET_UNKNOWN', undefined, { details: { path: 'set', actual: name } })
}

function unknownVersion(set: ReferenceSet, version: number): AppraisalError {
  return new AppraisalError('REFERENCE_VERSION_UNKNOWN', undefined, {
    details: { path: 'version', expected: `1 to ${set.version}`, actual: version },
  })
}

function tooMuch(path: string, limit: number): AppraisalError {
  return new AppraisalError('REFERENCE_LIMIT_EXCEEDED', undefined, { details: { path, expected: `at most ${limit}` } })
}
