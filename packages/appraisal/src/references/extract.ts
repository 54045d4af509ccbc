import type { PublicKey } from '@veritee/codec/signature'
import { AppraisalError } from '../errors.ts'
import { extractCorim } from './extractors/corim.ts'
import { extractInToto } from './extractors/in-toto.ts'
import { extractSample } from './extractors/sample.ts'
import { extractSlsa } from './extractors/slsa.ts'
import { extractSwid } from './extractors/swid.ts'
import type { ReferenceMessage } from './message.ts'
import { joinDigests } from './record/digests.ts'
import { addMonths } from './record/time.ts'
import type { ReferenceRecord } from './record/types.ts'

export interface ExtractOptions {
  /** Epoch seconds; records expire 12 calendar months later. */
  readonly now: number
  /** Whose signatures on provenance count. */
  readonly keys?: readonly PublicKey[]
}

/** The message types that are understood. */
export const EXTRACTORS: readonly ['sample', 'slsa', 'in-toto', 'swid', 'corim'] = [
  'sample',
  'slsa',
  'in-toto',
  'swid',
  'corim',
]

/**
 * What a message says, as records. Signatures inside provenance are verified where its kind has them; that whoever sends the
 * message may register values is for the caller to know.
 *
 * @throws AppraisalError REFERENCE_TYPE_UNKNOWN, and what the extractor of the type raises
 */
export async function extractReferences(
  message: ReferenceMessage,
  options: ExtractOptions,
): Promise<ReferenceRecord[]> {
  return joinSameNames(await runExtractor(message, options))
}

async function runExtractor({ type, payload }: ReferenceMessage, options: ExtractOptions): Promise<ReferenceRecord[]> {
  const { now, keys = [] } = options
  const expiresAt = addMonths(now)
  switch (type) {
    case 'sample':
      return extractSample(payload, expiresAt)
    case 'slsa':
      return extractSlsa(payload, expiresAt, keys)
    case 'in-toto':
      return extractInToto(payload, expiresAt, keys, now)
    case 'swid':
      return extractSwid(payload, expiresAt)
    case 'corim':
      return extractCorim(payload, expiresAt, keys, now)
    default:
      throw new AppraisalError('REFERENCE_TYPE_UNKNOWN', undefined, {
        details: { path: 'type', expected: EXTRACTORS, actual: type },
      })
  }
}

/** Digests that one message has under the same name belong together, also where a registration replaces. */
function joinSameNames(records: readonly ReferenceRecord[]): ReferenceRecord[] {
  const joined = new Map<string, ReferenceRecord>()
  for (const record of records) {
    const other = joined.get(record.name)
    if (other === undefined) joined.set(record.name, record)
    else if (other.content.kind === 'digests' && record.content.kind === 'digests') {
      const digests = joinDigests(other.content.digests, record.content.digests)
      joined.set(record.name, { ...other, content: { kind: 'digests', digests } })
    } else
      throw new AppraisalError('REFERENCE_PAYLOAD_INVALID', 'The message has two values under one name.', {
        details: { path: record.name },
      })
  }
  return [...joined.values()]
}
