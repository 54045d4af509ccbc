import { decodeBase64 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { CompositeError } from './codes.ts'

/** The bytes of a services manifest. @throws EvidenceError COMPOSITE_EVIDENCE_JSON */
export function decodeManifest(text: string): Uint8Array {
  try {
    return decodeBase64(text)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new CompositeError('COMPOSITE_EVIDENCE_JSON', undefined, {
      details: { path: 'svsm_manifest', expected: 'base64 text' },
      cause,
    })
  }
}
