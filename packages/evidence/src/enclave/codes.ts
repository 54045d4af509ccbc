/** Error rows of the enclave room: documents of enclave virtual machines. */
import type { CodedErrorOptions, ErrorEntry } from '@veritee/codec/error'
import { EvidenceError } from '../errors.ts'

const row = (status: number, summary: string, next: string): ErrorEntry => ({ status, summary, next })

const RESEND = 'Send the document again exactly as the security module returned it.'

export type EnclaveErrorCode =
  | 'ENCLAVE_EVIDENCE_JSON'
  | 'ENCLAVE_DOCUMENT_MALFORMED'
  | 'ENCLAVE_DOCUMENT_ALGORITHM'
  | 'ENCLAVE_CHAIN_MALFORMED'
  | 'ENCLAVE_CHAIN_ISSUER'
  | 'ENCLAVE_CHAIN_CONSTRAINTS'
  | 'ENCLAVE_CHAIN_SIGNATURE'
  | 'ENCLAVE_CHAIN_DATES'
  | 'ENCLAVE_CHAIN_ROOT'
  | 'ENCLAVE_TIMESTAMP_INVALID'
  | 'ENCLAVE_SIGNATURE_INVALID'
  | 'ENCLAVE_REVOCATION_UNCHECKED'

/** Every code that reading and verifying an enclave document can raise. */
export const ENCLAVE_ERRORS: Readonly<Record<EnclaveErrorCode, ErrorEntry>> = {
  ENCLAVE_EVIDENCE_JSON: row(
    400,
    'The evidence JSON does not hold an enclave document.',
    'Send {"document": base64 of the document}.',
  ),
  ENCLAVE_DOCUMENT_MALFORMED: row(
    400,
    'The enclave document is malformed, or a member of it is missing or out of bounds.',
    RESEND,
  ),
  ENCLAVE_DOCUMENT_ALGORITHM: row(422, 'The enclave document is not signed with ECDSA P-384 and SHA-384.', RESEND),
  ENCLAVE_CHAIN_MALFORMED: row(400, 'A certificate inside the enclave document is malformed.', RESEND),
  ENCLAVE_CHAIN_ISSUER: row(
    422,
    'A certificate of the chain was issued by another name than the next carries.',
    RESEND,
  ),
  ENCLAVE_CHAIN_CONSTRAINTS: row(422, 'A certificate of the chain has no right to sign what it signed.', RESEND),
  ENCLAVE_CHAIN_SIGNATURE: row(422, 'A certificate of the chain is not signed by the next one.', RESEND),
  ENCLAVE_CHAIN_DATES: row(
    422,
    'A certificate of the chain is outside its validity.',
    'Ask the enclave for a new document: its certificates live for hours. If they are new, check the clock.',
  ),
  ENCLAVE_CHAIN_ROOT: row(
    422,
    'The chain does not end in a root that is trusted.',
    'Name the root certificate of the platform: none is trusted by default.',
  ),
  ENCLAVE_TIMESTAMP_INVALID: row(
    422,
    'The document was made outside the validity of the certificate that signs it, or in the future.',
    'Ask the enclave for a new document, and check the clock.',
  ),
  ENCLAVE_SIGNATURE_INVALID: row(
    422,
    'The enclave document is not signed by the key of its certificate.',
    'Refuse it: it was changed after it was signed.',
  ),
  ENCLAVE_REVOCATION_UNCHECKED: row(
    422,
    'Revocation of the enclave certificates was not checked: the platform publishes no list.',
    'Nothing to do: the certificates live for hours.',
  ),
}

/** The error of this room. */
export class EnclaveError extends EvidenceError {
  constructor(code: EnclaveErrorCode, message?: string, options: CodedErrorOptions = {}) {
    super(code, message, options, ENCLAVE_ERRORS)
  }
}

export function refuse(code: EnclaveErrorCode, path: string, expected?: unknown, actual?: unknown): EnclaveError {
  return new EnclaveError(code, undefined, {
    details: { path, ...(expected === undefined ? {} : { expected }), ...(actual === undefined ? {} : { actual }) },
  })
}
