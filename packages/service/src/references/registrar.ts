/** What the faces of other programs' protocols ask for: messages in, values out, all of it in the set `default`. */
import { AppraisalError } from '@veritee/appraisal'
import {
  DEFAULT_SET,
  extractListItem,
  extractReferences,
  type JsonValue,
  listPolicyValues,
  type MaterialTrust,
  parseReferenceList,
  parseReferenceMessage,
  type ReferenceChange,
  type ReferenceRecord,
} from '@veritee/appraisal/references'
import { isCodedError } from '@veritee/codec/error'
import { fetchProvenance } from './provenance.ts'
import type { ReferenceActor, ReferenceRoom, ReferenceSet } from './types.ts'

export interface RegistrarOptions {
  readonly room: ReferenceRoom
  /** Whose signatures on provenance count, and whether material without one does. */
  readonly trust: MaterialTrust
  /** Folder of provenance files. */
  readonly provenanceDir?: string
  /** Epoch seconds. */
  readonly now: () => number
}

export interface Registrar {
  /** Reads a message and the provenance in it; nothing is stored. */
  extract(message: unknown): Promise<ReferenceRecord[]>
  /** Registers what a message says: joins what is there, or replaces it name by name. */
  register(message: unknown, operation: 'merge' | 'replace', actor: ReferenceActor): Promise<ReferenceSet | undefined>
  /** Registers a list of provenance: every item is read and verified before any is stored. */
  registerList(payload: unknown, actor: ReferenceActor): Promise<ReferenceSet | undefined>
  /** @throws AppraisalError REFERENCE_NAME_UNKNOWN */
  delete(name: string, actor: ReferenceActor): Promise<ReferenceSet>
  /** Every value that has not expired, of every set. */
  queryAll(): Promise<Record<string, JsonValue>>
  /** Undefined for a name that is not known or has expired. */
  query(name: string): Promise<JsonValue | undefined>
}

export function createRegistrar({ room, trust, provenanceDir, now }: RegistrarOptions): Registrar {
  const extract = async (message: unknown) =>
    extractReferences(parseReferenceMessage(message), { now: now(), keys: trust.keys })
  const change = (made: ReferenceChange, reason: string, actor: ReferenceActor) =>
    room.change({ set: DEFAULT_SET, change: made, by: actor.by, reason }, actor)
  return {
    extract,
    async register(message, operation, actor) {
      const records = await extract(message)
      if (records.length === 0) return undefined
      return change({ operation, records }, 'registered', actor)
    },
    async registerList(payload, actor) {
      const changes: ReferenceChange[] = []
      for (const item of parseReferenceList(payload)) {
        const material = await fetchProvenance(item.source, provenanceDir)
        const record = await extractListItem(item, material, trust, now())
        changes.push({ operation: item.operation === 'refresh' ? 'replace' : 'merge', records: [record] })
      }
      if (changes.length === 0) return undefined
      return change({ operation: 'sequence', changes }, 'registered from provenance', actor)
    },
    async delete(name, actor) {
      try {
        return await change({ operation: 'delete', names: [name] }, 'deleted', actor)
      } catch (error) {
        throw (await describeElsewhere(error, name, room)) ?? error
      }
    },
    queryAll: async () => listPolicyValues(await room.readRecords(), now()),
    query: async (name) => (await room.read()).query(name),
  }
}

/** A name that other sets have is known to whoever queries: the refusal says where it is. */
async function describeElsewhere(
  error: unknown,
  name: string,
  room: ReferenceRoom,
): Promise<AppraisalError | undefined> {
  if (!isCodedError(error) || error.code !== 'REFERENCE_NAME_UNKNOWN') return undefined
  const sets = (await room.listSets()).filter(({ state }) => state.records.has(name)).map((set) => set.name)
  if (sets.length === 0) return undefined
  return new AppraisalError(
    'REFERENCE_NAME_UNKNOWN',
    `${name} is not in the set ${DEFAULT_SET}, which this deletes from. It is in ${sets.join(', ')}: see veritee refs revoke ${name} --set ${sets[0]}.`,
    { cause: error, details: { path: 'name', actual: name, expected: `a name of the set ${DEFAULT_SET}` } },
  )
}
