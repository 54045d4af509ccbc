/** Reference values out of a file of records, as other services keep them: one set, which is what the file says. */
import { AppraisalError } from '@veritee/appraisal'
import { type JsonValue, parseRecord, type ReferenceRecord } from '@veritee/appraisal/references'
import { isCodedError } from '@veritee/codec/error'
import { canonicalizeJson, parseJson } from '@veritee/codec/json'
import type { AuditLog } from '../audit/index.ts'
import { ServiceError } from '../errors.ts'
import { parseNamedFile } from '../judge/index.ts'
import { encodeChange } from './document.ts'
import type { ReferenceRoom, ReferenceSet } from './types.ts'

/** The set that a file of records makes. */
export const FILE_SET = 'file'
const KEY = 'references.file'
const MAX_RECORDS = 100_000

/**
 * Reads the file and makes the set what it says; nothing is written when it says that already. Values that were revoked here
 * stay revoked, whatever the file says. The file itself is never
 * written: what is registered later goes into the store.
 *
 * @returns whether the set was changed
 *
 * @throws ServiceError SERVICE_FILE_UNREADABLE, SERVICE_FILE_INVALID
 */
export async function loadReferenceFile(
  path: string,
  room: ReferenceRoom,
  audit: Pick<AuditLog, 'append'>,
): Promise<boolean> {
  const present = (await room.listSets()).find(({ name }) => name === FILE_SET)
  const records = leaveOutRevoked(parseNamedFile(path, KEY, parseRecords), present?.state.revocations ?? [])
  if (isSame(present, records)) return false
  try {
    const change = { operation: 'replace-all', records } as const
    await room.change(
      { set: FILE_SET, change, by: `file ${path}`, reason: 'The file was changed.' },
      {
        record: ({ version, digest, reason }, access) =>
          audit.append(
            {
              actor: { kind: 'service', id: KEY, name: path },
              action: 'references.write',
              object: FILE_SET,
              outcome: 'done',
              reason,
              detail: { version, sha384: digest },
            },
            access,
          ),
      },
    )
    return true
  } catch (cause) {
    if (!isCodedError(cause) || !cause.code.startsWith('REFERENCE_')) throw cause
    throw new ServiceError('SERVICE_FILE_INVALID', `${KEY}: ${path}: ${cause.message}`, {
      cause,
      details: { ...cause.details, path: KEY, actual: path, reason: cause.code },
    })
  }
}

function parseRecords(text: string): ReferenceRecord[] {
  const value = parseJson(text.trim() === '' ? '[]' : text)
  if (Array.isArray(value) && value.length <= MAX_RECORDS)
    return value.map((record, index) => parseRecord(record, `[${index}]`))
  throw new AppraisalError('REFERENCE_RECORD_INVALID', 'The file is no list of records.', {
    details: { path: '', expected: `a list of at most ${MAX_RECORDS} records` },
  })
}

/** The names stay when nothing is left under them, so that policies that ask for one find nothing acceptable. */
function leaveOutRevoked(
  records: readonly ReferenceRecord[],
  revocations: ReferenceSet['state']['revocations'],
): ReferenceRecord[] {
  const keyOf = (name: string, value: JsonValue) =>
    canonicalizeJson([name, typeof value === 'string' ? value.toLowerCase() : value])
  const revoked = new Set(revocations.map(({ name, value }) => keyOf(name, value)))
  return records.map((record) => {
    const { name, content } = record
    if (content.kind === 'value')
      return revoked.has(keyOf(name, content.value)) ? { ...record, content: { kind: 'digests', digests: [] } } : record
    const digests = content.digests.filter(({ value }) => !revoked.has(keyOf(name, value)))
    return { ...record, content: { kind: 'digests', digests } }
  })
}

function isSame(set: ReferenceSet | undefined, records: readonly ReferenceRecord[]): boolean {
  const describe = (all: Iterable<ReferenceRecord>) =>
    canonicalizeJson(
      Object.fromEntries([...all].map((record) => [record.name, encodeChange({ name: record.name, after: record })])),
    )
  return describe(set?.state.records.values() ?? []) === describe(records)
}
