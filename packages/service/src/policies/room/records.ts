/** Policies as the store keeps them. */
import { decodeUtf8, encodeUtf8 } from '@veritee/codec/bytes'
import type { StoreAccess } from '../../store/index.ts'
import type { PolicyHead, PolicyVersion } from '../types.ts'

const HEADS = 'policy/head/'
const VERSIONS = 'policy/version/'
/** Written with every change: its version in the store tells whether a copy is still good. */
export const REVISION_KEY = 'policy/revision'
const PAGE = 500
const LAST_VERSION = 9_999_999_999

/** The key of a version; newer ones come first. */
function versionKey(id: string, version: number): string {
  return `${VERSIONS}${id}/${String(LAST_VERSION - version).padStart(10, '0')}`
}

export async function readHead(access: StoreAccess, id: string): Promise<PolicyHead | undefined> {
  const record = await access.get(HEADS + id)
  return record && (JSON.parse(decodeUtf8(record.value)) as PolicyHead)
}

export async function listHeads(access: StoreAccess): Promise<PolicyHead[]> {
  const heads: PolicyHead[] = []
  for (let after: string | undefined; ; ) {
    const page = await access.list(HEADS, { limit: PAGE, after })
    heads.push(...page.map(({ value }) => JSON.parse(decodeUtf8(value)) as PolicyHead))
    if (page.length < PAGE) return heads
    after = page.at(-1)?.key
  }
}

export async function readVersionRecord(
  access: StoreAccess,
  id: string,
  version: number,
): Promise<PolicyVersion | undefined> {
  if (!Number.isSafeInteger(version) || version < 1 || version > LAST_VERSION) return undefined
  const record = await access.get(versionKey(id, version))
  return record && (JSON.parse(decodeUtf8(record.value)) as PolicyVersion)
}

/** Newest first, those before `before` only. */
export async function listVersionRecords(
  access: StoreAccess,
  id: string,
  limit: number,
  before?: number,
): Promise<PolicyVersion[]> {
  const after = before === undefined ? {} : { after: versionKey(id, before) }
  const records = await access.list(`${VERSIONS}${id}/`, { limit, ...after })
  return records.map(({ value }) => JSON.parse(decodeUtf8(value)) as PolicyVersion)
}

/** Writes what a change made. */
export async function writeChange(access: StoreAccess, head: PolicyHead, version?: PolicyVersion): Promise<void> {
  await access.put(HEADS + head.id, encodeUtf8(JSON.stringify(head)))
  if (version !== undefined)
    await access.put(versionKey(version.id, version.version), encodeUtf8(JSON.stringify(version)))
  await access.put(REVISION_KEY, new Uint8Array())
}
