/** Sets and versions as the store keeps them. */
import { encodeRecord, parseRecord, type ReferenceRecord, type Revocation } from '@veritee/appraisal/references'
import { decodeUtf8, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { canonicalizeJson } from '@veritee/codec/json'
import type { ReferenceSet, SetDescription, SetVersion } from './types.ts'

type Encoded = ReturnType<typeof encodeRecord>

interface SetDocument extends SetDescription {
  readonly name: string
  readonly version: number
  readonly digest: string
  readonly changedAt: number
  readonly changedBy: string
  readonly reason: string
  readonly records: readonly Encoded[]
  readonly revocations: readonly Revocation[]
}

const encode = (record: ReferenceRecord): Encoded => encodeRecord(record, 'hash-value')

export function sortRecords(records: Iterable<ReferenceRecord>): ReferenceRecord[] {
  return [...records].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** SHA-384 in hexadecimal over the canonical form of what a set says and holds; revocations are not part of it. */
export function digestSet(
  name: string,
  { tee, description, expiresAt }: SetDescription,
  records: Iterable<ReferenceRecord>,
): string {
  const content = {
    name,
    ...(tee === undefined ? {} : { tee }),
    ...(description === undefined ? {} : { description }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    records: sortRecords(records).map(encode),
  }
  return encodeHex(digest('sha384', encodeUtf8(canonicalizeJson(content))))
}

export function encodeSet({ state, ...head }: ReferenceSet): Uint8Array {
  const document: SetDocument = {
    ...head,
    records: sortRecords(state.records.values()).map(encode),
    revocations: state.revocations,
  }
  return encodeUtf8(JSON.stringify(document))
}

export function decodeSet(bytes: Uint8Array): ReferenceSet {
  const { records, revocations, ...head } = JSON.parse(decodeUtf8(bytes)) as SetDocument
  const parsed = records.map((record) => parseRecord(record))
  return { ...head, state: { records: new Map(parsed.map((record) => [record.name, record])), revocations } }
}

type Change = SetVersion['changes'][number]
interface EncodedChange {
  readonly name: string
  readonly before?: Encoded
  readonly after?: Encoded
}

export function encodeChange({ name, before, after }: Change): EncodedChange {
  return {
    name,
    ...(before === undefined ? {} : { before: encode(before) }),
    ...(after === undefined ? {} : { after: encode(after) }),
  }
}

export function encodeVersion(version: SetVersion): Uint8Array {
  return encodeUtf8(JSON.stringify({ ...version, changes: version.changes.map(encodeChange) }))
}

export function decodeVersion(bytes: Uint8Array): SetVersion {
  const version = JSON.parse(decodeUtf8(bytes)) as Omit<SetVersion, 'changes'> & { changes: readonly EncodedChange[] }
  const changes = version.changes.map(
    ({ name, before, after }): Change => ({
      name,
      ...(before === undefined ? {} : { before: parseRecord(before) }),
      ...(after === undefined ? {} : { after: parseRecord(after) }),
    }),
  )
  return { ...version, changes }
}
