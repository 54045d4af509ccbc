import { decodeBase64 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { EnclaveError } from './codes.ts'
import { type EnclaveDocument, parseEnclaveDocument } from './document.ts'

/**
 * Reads `{"document": base64}`, parsed already by a strict, bounded parser.
 *
 * @throws EvidenceError ENCLAVE_EVIDENCE_JSON, ENCLAVE_DOCUMENT_*
 */
export function parseEnclaveEvidence(json: unknown): EnclaveDocument {
  const document = (json as { document?: unknown } | null)?.document
  if (typeof document !== 'string') throw misshapen('absent')
  return parseEnclaveDocument(decode(document))
}

function decode(text: string): Uint8Array {
  try {
    return decodeBase64(text)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw misshapen(cause.message)
  }
}

function misshapen(actual: string): EnclaveError {
  return new EnclaveError('ENCLAVE_EVIDENCE_JSON', undefined, {
    details: { path: 'document', expected: 'base64 of a document', actual },
  })
}
