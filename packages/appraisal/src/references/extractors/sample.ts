import { MAX_RECORDS } from '../limits.ts'
import { checkCount, checkReferenceName, type Place, readBase64, readJson, readObject } from '../members.ts'
import { createContent } from '../record/shapes.ts'
import type { JsonValue, ReferenceRecord } from '../record/types.ts'

const PLACE: Place = { code: 'REFERENCE_PAYLOAD_INVALID', path: 'payload' }

/**
 * Records of `{"name": value, …}` in standard base64. An array of texts becomes a list of digests under the algorithm name
 * `sha384` whatever their length; anything else is kept as it is. Nothing is signed: whoever may register vouches for it.
 */
export function extractSample(payload: string, expiresAt: number): ReferenceRecord[] {
  const values = Object.entries(readObject(readJson(readBase64(payload, PLACE), PLACE), PLACE))
  checkCount(values.length, MAX_RECORDS, PLACE.path)
  return values.map(([name, value]) => ({
    name: checkReferenceName(name, PLACE.path),
    expiresAt,
    content: createContent(value as JsonValue),
  }))
}
