import type { PublicKey } from '@veritee/codec/signature'
import { MAX_DOCUMENTS, MESSAGE_BYTES } from '../limits.ts'
import {
  at,
  findMember,
  type Place,
  readArray,
  readBase64,
  readJson,
  readObject,
  readText,
  refuse,
} from '../members.ts'
import { parseProof } from '../record/shapes.ts'
import type { ReferenceRecord } from '../record/types.ts'
import { isEnvelope, openEnvelope, parseEnvelope } from '../signature/dsse.ts'
import { parseStatement, type Statement } from '../statement/statement.ts'

const PLACE: Place = { code: 'REFERENCE_PAYLOAD_INVALID', path: 'payload' }

/**
 * Records of SLSA provenance: one for each subject, named exactly like it. The payload, and each statement in it, is JSON
 * or standard base64 of JSON. A bare statement is vouched for by whoever registers it; a statement in a DSSE envelope must be
 * signed by one of `keys`. Nothing is downloaded.
 */
export async function extractSlsa(
  payload: string,
  expiresAt: number,
  keys: readonly PublicKey[],
): Promise<ReferenceRecord[]> {
  const wrapper = readObject(readEither(payload, PLACE), PLACE)
  readText(wrapper, 'artifact_type', PLACE)
  const auditProof = parseProof(findMember(wrapper, 'audit_proof'), at(PLACE, 'audit_proof'))
  const place = at(PLACE, 'slsa_provenance')
  const statements: Statement[] = []
  for (const [index, document] of readArray(findMember(wrapper, 'slsa_provenance'), place, MAX_DOCUMENTS).entries())
    statements.push(await readStatement(document, at(place, String(index)), keys))
  const commit = statements.find((statement) => statement.commit !== undefined)?.commit
  const proof = auditProof === undefined ? {} : { auditProof }
  const version = commit === undefined ? {} : { artifactVersion: commit }
  const records = statements.flatMap(({ subjects }) =>
    subjects.map(
      ({ name, digests }): ReferenceRecord => ({
        name,
        expiresAt,
        content: { kind: 'digests', digests: digests.map((digest) => ({ ...digest, ...version, ...proof })) },
        ...proof,
      }),
    ),
  )
  if (records.length === 0) throw refuse(place, 'There is no provenance.')
  return records
}

async function readStatement(document: unknown, place: Place, keys: readonly PublicKey[]): Promise<Statement> {
  if (typeof document !== 'string' || document.length > MESSAGE_BYTES)
    throw refuse(place, `${place.path} is not a text.`)
  const value = readEither(document, place)
  if (!isEnvelope(value)) return parseStatement(value, place.path)
  const opened = await openEnvelope(parseEnvelope(value, place.path), keys)
  return parseStatement(readJson(opened, place), place.path)
}

/** JSON as it stands, or standard base64 of JSON. */
function readEither(text: string, place: Place): unknown {
  return readJson(/^\s*[[{]/.test(text) ? text : readBase64(text, place), place)
}
