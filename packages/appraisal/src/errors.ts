/** The error table of this package. Judgements about readable evidence are findings or answers, not rows of this table. */
import { CodedError, type CodedErrorOptions, type ErrorTable } from '@veritee/codec/error'
import { INTEL_ERRORS, type IntelErrorCode } from './intel/codes.ts'
import { POLICY_ERRORS, type PolicyErrorCode } from './policy/codes.ts'
import { REFERENCE_ERRORS, type ReferenceErrorCode } from './references/codes.ts'

const ATTEST_AGAIN = 'Attest again to get a fresh token from an attestation service whose key is trusted here.'

/** Every code of this package, sorted. */
export type AppraisalErrorCode =
  | 'APPRAISAL_COLLATERAL_MISSING'
  | 'APPRAISAL_EVIDENCE_TEE_MISMATCH'
  | 'APPRAISAL_EVIDENCE_UNSUPPORTED'
  | 'APPRAISAL_EXPECTATIONS_EMPTY'
  | 'APPRAISAL_EXPECTATIONS_INVALID'
  | 'APPRAISAL_EXPECTATIONS_KEY_UNKNOWN'
  | 'APPRAISAL_ROOT_INVALID'
  | 'APPRAISAL_TOKEN_ALGORITHM_REFUSED'
  | 'APPRAISAL_TOKEN_AUDIENCE_MISMATCH'
  | 'APPRAISAL_TOKEN_CLAIMS_INVALID'
  | 'APPRAISAL_TOKEN_EXPIRED'
  | 'APPRAISAL_TOKEN_INPUT_INVALID'
  | 'APPRAISAL_TOKEN_ISSUER_MISMATCH'
  | 'APPRAISAL_TOKEN_KEY_INVALID'
  | 'APPRAISAL_TOKEN_KEY_UNKNOWN'
  | 'APPRAISAL_TOKEN_KEY_UNTRUSTED'
  | 'APPRAISAL_TOKEN_MALFORMED'
  | 'APPRAISAL_TOKEN_NONCE_MISMATCH'
  | 'APPRAISAL_TOKEN_NOT_AFFIRMED'
  | 'APPRAISAL_TOKEN_NOT_YET_VALID'
  | 'APPRAISAL_TOKEN_SIGNATURE_INVALID'
  | IntelErrorCode
  | PolicyErrorCode
  | ReferenceErrorCode

/** Status, meaning and next step of every code that {@link AppraisalError} can carry. */
export const APPRAISAL_ERRORS: ErrorTable<AppraisalErrorCode> = {
  APPRAISAL_COLLATERAL_MISSING: {
    status: 422,
    summary: 'There is no collateral to verify the evidence with.',
    next: 'Give the collateral of the platform, or a URL of a PCS or PCCS to fetch it from.',
  },
  APPRAISAL_EVIDENCE_TEE_MISMATCH: {
    status: 422,
    summary: 'The evidence is of another kind of TEE than it was sent as.',
    next: 'Attest with the name of the TEE that the machine really is.',
  },
  APPRAISAL_EVIDENCE_UNSUPPORTED: {
    status: 422,
    summary: 'Evidence of this kind cannot be judged here.',
    next: 'Give a quote, a report or an enclave document, raw, as hex or base64; or the evidence JSON of any kind.',
  },
  APPRAISAL_EXPECTATIONS_EMPTY: {
    status: 400,
    summary: 'The expectations expect nothing, so they would accept any machine.',
    next: 'Pin at least one claim, or leave the expectations out to judge by the default rules alone.',
  },
  APPRAISAL_EXPECTATIONS_INVALID: {
    status: 400,
    summary: 'The expectations are malformed.',
    next: 'Correct the named member; packages/appraisal/README.md shows every form.',
  },
  APPRAISAL_EXPECTATIONS_KEY_UNKNOWN: {
    status: 400,
    summary: 'The expectations name a key that does not exist.',
    next: 'Correct the spelling or remove the key: an ignored expectation would protect nothing.',
  },
  APPRAISAL_ROOT_INVALID: {
    status: 400,
    summary: 'A file given as root to trust holds none.',
    next: 'Give root certificates as PEM or DER, or the root certificate of Hygon in its binary form.',
  },
  APPRAISAL_TOKEN_ALGORITHM_REFUSED: {
    status: 401,
    summary: 'The token is not signed with the algorithm of a trusted key.',
    next: ATTEST_AGAIN,
  },
  APPRAISAL_TOKEN_AUDIENCE_MISMATCH: {
    status: 401,
    summary: 'The token was issued for another audience.',
    next: 'Attest at the service that is to accept the token.',
  },
  APPRAISAL_TOKEN_CLAIMS_INVALID: {
    status: 401,
    summary: 'A claim that the token must carry is missing or malformed.',
    next: ATTEST_AGAIN,
  },
  APPRAISAL_TOKEN_EXPIRED: {
    status: 401,
    summary: 'The token has expired.',
    next: 'Attest again to get a fresh token.',
  },
  APPRAISAL_TOKEN_INPUT_INVALID: {
    status: 500,
    summary: 'A token cannot be made from these values.',
    next: 'Correct the named value in the program that issues the token.',
  },
  APPRAISAL_TOKEN_ISSUER_MISMATCH: {
    status: 401,
    summary: 'The token is from another issuer than the one expected.',
    next: ATTEST_AGAIN,
  },
  APPRAISAL_TOKEN_KEY_INVALID: {
    status: 500,
    summary: 'A token key or trust anchor that was given is not usable.',
    next: 'Give ES256 (P-256), ES384 (P-384) or RSA keys of at least 2048 bits as JWK with `alg`.',
  },
  APPRAISAL_TOKEN_KEY_UNKNOWN: {
    status: 401,
    summary: 'The token names a key that is not trusted here.',
    next: 'Add the public key of the attestation service to the trusted keys, or attest at a trusted one.',
  },
  APPRAISAL_TOKEN_KEY_UNTRUSTED: {
    status: 401,
    summary: 'The key that the token carries is neither pinned nor endorsed by a trusted certificate.',
    next: 'Add the public key of the attestation service to the trusted keys; a key inside a token proves nothing.',
  },
  APPRAISAL_TOKEN_MALFORMED: {
    status: 401,
    summary: 'The token is not a well-formed signed token.',
    next: 'Send the token exactly as the attestation service issued it.',
  },
  APPRAISAL_TOKEN_NONCE_MISMATCH: {
    status: 401,
    summary: 'The token answers another nonce.',
    next: 'Attest again with the nonce of this session.',
  },
  APPRAISAL_TOKEN_NOT_AFFIRMED: {
    status: 403,
    summary: 'Tokens of this kind are made only for machines that every policy allows.',
    next: 'Read the findings of the attestation, or have the operator issue EAR tokens, which carry grades.',
  },
  APPRAISAL_TOKEN_NOT_YET_VALID: {
    status: 401,
    summary: 'The token is not valid yet.',
    next: 'Check the clocks of the attestation service and of this machine.',
  },
  APPRAISAL_TOKEN_SIGNATURE_INVALID: {
    status: 401,
    summary: 'The signature of the token is not by the key it names.',
    next: 'Treat the token as forged; attest again.',
  },
  ...INTEL_ERRORS,
  ...POLICY_ERRORS,
  ...REFERENCE_ERRORS,
}

/** Thrown for malformed expectations and reference values, and for tokens that are malformed, forged, stale or untrusted. */
export class AppraisalError extends CodedError<AppraisalErrorCode> {
  constructor(code: AppraisalErrorCode, message?: string, options: CodedErrorOptions = {}) {
    super(APPRAISAL_ERRORS, code, message, options)
  }
}
