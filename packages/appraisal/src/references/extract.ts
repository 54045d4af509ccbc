import type { PublicKey } from '@veritee/codec/signature'
import { AppraisalError } from '../errors.ts'
import { extractInToto } from './extractors/in-toto.ts'
import { extractSample } from './extractors/sample.ts'
import { extractSlsa } from './extractors/slsa.ts'
import { extractSwid } from './extractors/swid.ts'
import type { ReferenceMessage } from './message.ts'
import { addMonths } from './record/time.ts'
import type { ReferenceRecord } from './record/types.ts'

export interface ExtractOptions {
  /** Epoch seconds; records expire 12 calendar months later. */
  readonly now: number
  /** Whose signatures on provenance count. */
  readonly keys?: readonly PublicKey[]
}

/** The message types that are understood. */
export const EXTRACTORS: readonly ['sample', 'slsa', 'in-toto', 'swid'] = ['sample', 'slsa', 'in-toto', 'swid']

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
  const { now, keys = [] } = options
  const expiresAt = addMonths(now)
  switch (message.type) {
    case 'sample':
      return extractSample(message.payload, expiresAt)
    case 'slsa':
      return extractSlsa(message.payload, expiresAt, keys)
    case 'in-toto':
      return extractInToto(message.payload, expiresAt, keys, now)
    case 'swid':
      return extractSwid(message.payload, expiresAt)
    default:
      throw new AppraisalError('REFERENCE_TYPE_UNKNOWN', undefined, {
        details: { path: 'type', expected: EXTRACTORS, actual: message.type },
      })
  }
}
