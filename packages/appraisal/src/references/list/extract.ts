import { addMonths } from '../record/time.ts'
import type { ReferenceDigest, ReferenceRecord } from '../record/types.ts'
import { parseStatement } from '../statement/statement.ts'
import type { ReferenceListItem } from './list.ts'
import { absent, isManifest, parseManifest } from './manifest.ts'
import { chooseDocument, type MaterialTrust, readDocuments } from './material.ts'

const MANIFEST_TYPE = 'application/vnd.trustee.rv.release+json'
const STATEMENT_TYPE = 'application/vnd.in-toto+json'
/** Stands among the subjects of an index and is no artifact. */
const INDEX_SUBJECT = 'artifact-index-hash'

/**
 * The record that one item of a list asks for, out of the material it names. Material is believed when a trusted key signed it.
 *
 * @param now epoch seconds; the record expires 12 calendar months later
 * @throws AppraisalError REFERENCE_MEASUREMENT_ABSENT, REFERENCE_MANIFEST_INVALID, REFERENCE_STATEMENT_INVALID and what the
 * envelope, its signature and its log entry can raise
 */
export async function extractListItem(
  item: ReferenceListItem,
  material: Uint8Array,
  trust: MaterialTrust,
  now: number,
): Promise<ReferenceRecord> {
  const found =
    item.provenance === 'rv-release-manifest'
      ? await readManifest(item, material, trust)
      : await readSubject(item, material, trust)
  const digests = found.map((digest) => ({ ...digest, artifactVersion: item.version }))
  return { name: item.name, expiresAt: addMonths(now), content: { kind: 'digests', digests } }
}

async function readManifest(
  item: ReferenceListItem,
  material: Uint8Array,
  trust: MaterialTrust,
): Promise<ReferenceDigest[]> {
  const documents = await readDocuments(material, MANIFEST_TYPE, isManifest, trust)
  const measurements = parseManifest(chooseDocument(documents), 'manifest')
  const digest = measurements.get(item.id)
  if (digest === undefined) throw absent(item.id, [...measurements.keys()])
  return [digest]
}

async function readSubject(
  item: ReferenceListItem,
  material: Uint8Array,
  trust: MaterialTrust,
): Promise<ReferenceDigest[]> {
  const documents = await readDocuments(material, STATEMENT_TYPE, isStatement, trust)
  const subjects = documents
    .flatMap(({ value }) => parseStatement(value, 'statement').subjects)
    .filter(({ name }) => name !== INDEX_SUBJECT)
  const digests = subjects.filter(({ name }) => name === item.id).flatMap((subject) => subject.digests)
  if (digests.length === 0)
    throw absent(
      item.id,
      subjects.map(({ name }) => name),
    )
  return [...new Map(digests.map((digest) => [`${digest.algorithm}:${digest.value}`, digest])).values()]
}

function isStatement(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, '_type') &&
    Object.hasOwn(value, 'predicateType')
  )
}
