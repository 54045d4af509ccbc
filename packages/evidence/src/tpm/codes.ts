/** Error rows of the TPM room. */
import type { CodedErrorOptions, ErrorEntry } from '@veritee/codec/error'
import { EvidenceError } from '../errors.ts'

const row = (status: number, summary: string, next: string): ErrorEntry => ({ status, summary, next })

const RESEND = 'Send the structure again exactly as the TPM returned it.'
const FORGED = 'Treat the quote as forged; ask the attester for a new one.'

export type TpmErrorCode =
  | 'TPM_STRUCTURE_MALFORMED'
  | 'TPM_ALGORITHM_UNSUPPORTED'
  | 'TPM_ATTEST_MAGIC'
  | 'TPM_ATTEST_TYPE'
  | 'TPM_EVIDENCE_JSON'
  | 'TPM_KEY_ATTRIBUTES'
  | 'TPM_KEY_MISMATCH'
  | 'TPM_CREDENTIAL_INVALID'
  | 'TPM_SIGNATURE_ALGORITHM'
  | 'TPM_SIGNATURE_INVALID'
  | 'TPM_PCR_SELECTION'
  | 'TPM_PCR_DIGEST'
  | 'TPM_AK_UNBOUND'
  | 'TPM_AK_CERTIFICATE_INVALID'
  | 'TPM_AK_CERTIFICATE_EXPIRED'
  | 'TPM_AK_CERTIFICATE_UNTRUSTED'
  | 'TPM_EK_UNTIED'
  | 'TPM_EK_CERTIFICATE_INVALID'
  | 'TPM_EK_CERTIFICATE_EXPIRED'
  | 'TPM_EK_CERTIFICATE_UNTRUSTED'

/** Every code that reading and verifying a TPM quote can raise. */
export const TPM_ERRORS: Readonly<Record<TpmErrorCode, ErrorEntry>> = {
  TPM_STRUCTURE_MALFORMED: row(400, 'A TPM structure is malformed.', RESEND),
  TPM_ALGORITHM_UNSUPPORTED: row(
    400,
    'A TPM structure names an algorithm that is not used here.',
    'RSA, ECC P-256 and P-384, SM2, SHA-1, SHA-2 and SM3 are known; choose one of them for the attestation key.',
  ),
  TPM_ATTEST_MAGIC: row(422, 'The signed structure was not made by a TPM.', FORGED),
  TPM_ATTEST_TYPE: row(
    422,
    'The signed structure is not a quote.',
    'Ask the TPM for a quote (TPM2_Quote) over the PCRs.',
  ),
  TPM_EVIDENCE_JSON: row(
    400,
    'The evidence JSON misses a member or holds one of the wrong shape.',
    'Send the evidence JSON exactly as the attester produced it.',
  ),
  TPM_KEY_ATTRIBUTES: row(
    422,
    'A key does not have the attributes of its role: restricted, made by its TPM, and never leaving it.',
    'Create the attestation key as restricted, sign, fixedTPM, fixedParent and sensitiveDataOrigin, without decrypt.',
  ),
  TPM_KEY_MISMATCH: row(
    422,
    'Two statements about one key name different keys.',
    'Enrol the attestation key of this TPM again.',
  ),
  TPM_CREDENTIAL_INVALID: row(
    422,
    'The proof of possession does not match the credential that was given.',
    'Start the enrolment again on the TPM that holds both keys.',
  ),
  TPM_SIGNATURE_ALGORITHM: row(
    422,
    'The signature is of another kind than the key, or its hash is too weak.',
    'Sign with the scheme of the attestation key and SHA-256 or better.',
  ),
  TPM_SIGNATURE_INVALID: row(422, 'The quote is not signed by the attestation key.', FORGED),
  TPM_PCR_SELECTION: row(
    422,
    'The PCRs that were quoted are not the ones that the evidence shows.',
    'Quote exactly the PCRs and the bank whose values are sent.',
  ),
  TPM_PCR_DIGEST: row(422, 'The PCR values shown do not hash to the digest that was signed.', FORGED),
  TPM_AK_UNBOUND: row(
    422,
    'Nothing ties the attestation key to a real TPM.',
    'Give an attestation key certificate and its authority (--trust-tpm-authority), enrol the key, or allow it by name (--allow-ak).',
  ),
  TPM_AK_CERTIFICATE_INVALID: row(
    422,
    'The attestation key certificate is malformed or not fit for its use.',
    'Have the certificate authority issue it again.',
  ),
  TPM_AK_CERTIFICATE_EXPIRED: row(
    422,
    'The attestation key certificate or its issuer is outside its validity.',
    'Have the certificate authority issue it again, or check the clock.',
  ),
  TPM_AK_CERTIFICATE_UNTRUSTED: row(
    422,
    'The attestation key certificate does not end in a trusted authority.',
    'Name the certificate authority to trust.',
  ),
  TPM_EK_UNTIED: row(
    422,
    'The endorsement key beside the quote is what the sender says: nothing ties the attestation key to it.',
    'Enrol the attestation key with this endorsement key, or let no policy rest on it.',
  ),
  TPM_EK_CERTIFICATE_INVALID: row(
    422,
    'The endorsement key certificate is malformed or not fit for its use.',
    'Send the certificate that the manufacturer put into the TPM.',
  ),
  TPM_EK_CERTIFICATE_EXPIRED: row(
    422,
    'The endorsement key certificate or its issuer is outside its validity.',
    'Check the clock; an expired certificate of a manufacturer cannot be renewed.',
  ),
  TPM_EK_CERTIFICATE_UNTRUSTED: row(
    422,
    'The endorsement key certificate does not end in a trusted authority.',
    'Name the manufacturer, or whoever runs the virtual TPMs, as an authority to trust.',
  ),
}

/** The error of this room. */
export class TpmError extends EvidenceError {
  constructor(code: TpmErrorCode, message?: string, options: CodedErrorOptions = {}) {
    super(code, message, options, TPM_ERRORS)
  }
}
