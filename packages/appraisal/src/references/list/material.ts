/** Provenance material that was fetched: what it is, whether a trusted key signed it, and what it says. */
import { canonicalizeJson } from '@veritee/codec/json'
import type { PublicKey } from '@veritee/codec/signature'
import { AppraisalError } from '../../errors.ts'
import { MAX_DOCUMENTS } from '../limits.ts'
import { checkCount, findMember, type JsonObject, type Place, readJson, readUtf8, within } from '../members.ts'
import { isEnvelope, openEnvelope, parseEnvelope } from '../signature/dsse.ts'
import { checkLogEntries } from './log-entry.ts'

/** What decides whether material is believed. */
export interface MaterialTrust {
  /** Whose signatures count. */
  readonly keys: readonly PublicKey[]
  /** Takes material that nobody signed, or that only somebody signed whose key is not given. Never the default. */
  readonly allowUnsigned?: boolean
}

/** A document inside the material, and whether a trusted key signed it. */
export interface Document {
  readonly value: unknown
  readonly signed: boolean
}

const PLACE: Place = { code: 'REFERENCE_MATERIAL_UNSUPPORTED', path: 'format' }

/**
 * Every document of one payload type: bare, in a DSSE envelope, in a Sigstore bundle, or as lines of these. Envelopes of other
 * types are passed over; a log entry beside an envelope must fit it.
 *
 * @param isWanted tells a bare document
 * @throws AppraisalError REFERENCE_MATERIAL_UNSUPPORTED, REFERENCE_ENVELOPE_INVALID, REFERENCE_SIGNATURE_*, REFERENCE_LOG_ENTRY_*
 */
export async function readDocuments(
  material: Uint8Array,
  payloadType: string,
  isWanted: (value: unknown) => boolean,
  trust: MaterialTrust,
): Promise<Document[]> {
  const documents: Document[] = []
  for (const value of splitMaterial(readUtf8(material, PLACE))) {
    const holders = listHolders(value)
    const before = documents.length
    for (const [holder, envelope] of holders) {
      const parsed = parseEnvelope(envelope, 'envelope')
      if (parsed.payloadType !== payloadType) continue
      checkLogEntries(holder, parsed)
      const signed = trust.allowUnsigned !== true
      const payload = signed ? await openEnvelope(parsed, trust.keys) : parsed.payload
      documents.push({ value: readJson(payload, PLACE), signed })
    }
    for (const bare of listBare(value).filter(isWanted)) {
      // What stands beside an envelope must be what the envelope says.
      if (documents.length === before && holders.length === 0 && trust.allowUnsigned !== true)
        throw new AppraisalError('REFERENCE_SIGNATURE_REQUIRED', undefined, { details: { path: 'signatures' } })
      documents.push({ value: bare, signed: false })
    }
  }
  checkCount(documents.length, MAX_DOCUMENTS, PLACE.path)
  if (documents.length > 0) return documents
  throw new AppraisalError('REFERENCE_MATERIAL_UNSUPPORTED', undefined, {
    details: { path: PLACE.path, expected: payloadType },
  })
}

/** One JSON text, an array of them, or one a line. */
function splitMaterial(text: string): unknown[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const single = lines.length > 1 && lines.every((line) => /^\s*\{.*\}\s*$/.test(line))
  checkCount(single ? lines.length : 0, MAX_DOCUMENTS, PLACE.path)
  if (single) return lines.map((line) => readJson(line, PLACE))
  const value = readJson(text, PLACE)
  if (!Array.isArray(value)) return [value]
  checkCount(value.length, MAX_DOCUMENTS, PLACE.path)
  return value
}

/** Envelopes with the object they stand in: alone, in a bundle, or in a bundle that a wrapper keeps as its source. */
function listHolders(value: unknown): [JsonObject, unknown][] {
  if (isEnvelope(value)) return [[{}, value]]
  const wrapper = asObject(value)
  return [wrapper, asObject(findMember(wrapper, 'sourceBundle'))].flatMap((holder): [JsonObject, unknown][] => {
    const envelopes = [
      findMember(holder, 'dsseEnvelope'),
      findMember(asObject(findMember(holder, 'content')), 'dsseEnvelope'),
    ]
    return envelopes.filter((envelope) => envelope !== undefined).map((envelope) => [holder, envelope])
  })
}

function listBare(value: unknown): unknown[] {
  return [value, findMember(asObject(value), 'releasePayload')]
}

function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

/** The only document, however often it stands there. @throws AppraisalError REFERENCE_MATERIAL_AMBIGUOUS */
export function chooseDocument(documents: readonly Document[]): unknown {
  const texts = new Set(documents.map(({ value }) => within(PLACE, () => canonicalizeJson(value))))
  if (texts.size === 1) return (documents[0] as Document).value
  throw new AppraisalError('REFERENCE_MATERIAL_AMBIGUOUS', undefined, {
    details: { path: PLACE.path, expected: 'one manifest', actual: texts.size },
  })
}
