/** Error rows of Intel's appraisal framework: policies, verification results, appraisal results, relying parties. */
import type { ErrorTable } from '@veritee/codec/error'

const SPELL = 'Correct the key: one that is not known would be ignored by other readers and protect nothing.'
const FORGED = 'Treat the token as forged and ask its issuer for a new one.'

/** Every code of this room, sorted. */
export type IntelErrorCode =
  | 'INTEL_KEY_INVALID'
  | 'INTEL_POLICY_CLASS_DUPLICATE'
  | 'INTEL_POLICY_CLASS_UNKNOWN'
  | 'INTEL_POLICY_DATE_INVALID'
  | 'INTEL_POLICY_KEY_UNKNOWN'
  | 'INTEL_POLICY_MALFORMED'
  | 'INTEL_POLICY_MASK_INVALID'
  | 'INTEL_POLICY_NUMBER_INVALID'
  | 'INTEL_POLICY_OWNER_NONE'
  | 'INTEL_POLICY_SIGNATURE_INVALID'
  | 'INTEL_POLICY_TOKEN_MALFORMED'
  | 'INTEL_POLICY_UNSIGNED'
  | 'INTEL_POLICY_VALUE_INVALID'
  | 'INTEL_QUOTE_CLASS_UNKNOWN'
  | 'INTEL_QUOTE_REVOKED'
  | 'INTEL_QUOTE_USER_DATA_MISMATCH'
  | 'INTEL_REFERENCE_VALUES_AMBIGUOUS'
  | 'INTEL_REFERENCE_VALUES_INVALID'
  | 'INTEL_RESULT_CLASS_DUPLICATE'
  | 'INTEL_RESULT_KEY_UNTRUSTED'
  | 'INTEL_RESULT_MALFORMED'
  | 'INTEL_RESULT_QUOTE_MISMATCH'
  | 'INTEL_RESULT_QUOTE_UNBOUND'
  | 'INTEL_RESULT_SIGNATURE_INVALID'
  | 'INTEL_RESULT_UNSIGNED'
  | 'INTEL_VERIFICATION_KEY_UNTRUSTED'
  | 'INTEL_VERIFICATION_MALFORMED'
  | 'INTEL_VERIFICATION_SIGNATURE_INVALID'
  | 'INTEL_VERIFICATION_UNSIGNED'

/** Status, meaning and next step of every code of this room. */
export const INTEL_ERRORS: ErrorTable<IntelErrorCode> = {
  INTEL_KEY_INVALID: {
    status: 400,
    summary: 'A key is not an ECDSA key on the curve P-384.',
    next: 'Make one with `openssl ecparam -name secp384r1 -genkey -noout -out key.pem`.',
  },
  INTEL_POLICY_CLASS_DUPLICATE: {
    status: 400,
    summary: 'Two policies are for the same class.',
    next: 'Give one policy for each class, with everything the class must satisfy.',
  },
  INTEL_POLICY_CLASS_UNKNOWN: {
    status: 400,
    summary: 'A policy is for a class that does not exist.',
    next: 'Correct class_id; `veritee tdx policy explain` lists the seven classes.',
  },
  INTEL_POLICY_DATE_INVALID: {
    status: 400,
    summary: 'A date in a policy is malformed.',
    next: 'Write dates as YYYY-MM-DDThh:mm:ssZ.',
  },
  INTEL_POLICY_KEY_UNKNOWN: {
    status: 400,
    summary: 'A policy has a key that its class does not know.',
    next: SPELL,
  },
  INTEL_POLICY_MALFORMED: {
    status: 400,
    summary: 'The text is not an appraisal policy.',
    next: 'Start from `veritee tdx policy init`; the text is JSON with policy_array.',
  },
  INTEL_POLICY_MASK_INVALID: {
    status: 400,
    summary: 'A mask does not cover the value it belongs to.',
    next: 'Give the mask as many digits as the value has; digits that it leaves out would not be compared.',
  },
  INTEL_POLICY_NUMBER_INVALID: {
    status: 400,
    summary: 'A number in a policy is not a whole number from 0 to 2^53 - 1.',
    next: 'Give a whole number in that range: readers round larger ones, each its own way.',
  },
  INTEL_POLICY_OWNER_NONE: {
    status: 422,
    summary: 'No policy in the result is signed, so none has an owner.',
    next: 'Appraise with signed policies: `veritee tdx policy sign`.',
  },
  INTEL_POLICY_SIGNATURE_INVALID: {
    status: 401,
    summary: 'The signature of the policy token is not by the key in its header.',
    next: FORGED,
  },
  INTEL_POLICY_TOKEN_MALFORMED: {
    status: 400,
    summary: 'The policy token is malformed.',
    next: 'Sign the policy again: `veritee tdx policy sign`.',
  },
  INTEL_POLICY_UNSIGNED: {
    status: 401,
    summary: 'The policy is not signed with ES384.',
    next: 'Sign it: `veritee tdx policy sign`.',
  },
  INTEL_POLICY_VALUE_INVALID: {
    status: 400,
    summary: 'A value in a policy is not of the form that its key takes.',
    next: 'Correct the named value; `veritee tdx policy explain` shows what every key takes.',
  },
  INTEL_QUOTE_CLASS_UNKNOWN: {
    status: 422,
    summary: 'The quote is from a TDX module that no appraisal class is known for.',
    next: 'Judge it with `veritee verify`, or update this program.',
  },
  INTEL_QUOTE_REVOKED: {
    status: 422,
    summary: 'The platform of the quote is revoked, so there is no verification result to appraise.',
    next: 'Do not trust the platform.',
  },
  INTEL_QUOTE_USER_DATA_MISMATCH: {
    status: 422,
    summary: 'The report data of the quote does not begin with the SHA-384 of the user data.',
    next: 'Give the user data that the enclave or TD bound, or leave it out.',
  },
  INTEL_REFERENCE_VALUES_AMBIGUOUS: {
    status: 400,
    summary: 'A reference value has several alternatives, and this kind of policy holds one.',
    next: 'Choose one value for the register, or write one policy for each.',
  },
  INTEL_REFERENCE_VALUES_INVALID: {
    status: 400,
    summary: 'The reference values name no register of a TD, or hold a malformed value.',
    next: 'Give an object such as {"mr_td": "96 hexadecimal digits"} in memory byte order.',
  },
  INTEL_RESULT_CLASS_DUPLICATE: {
    status: 422,
    summary: 'The result holds two reports that one policy could belong to.',
    next: 'Ask the verifier for a result with one report for each class.',
  },
  INTEL_RESULT_KEY_UNTRUSTED: {
    status: 401,
    summary: 'The result is signed by a key that is not trusted here.',
    next: 'Give the public key of the verifier; a key inside a token proves nothing.',
  },
  INTEL_RESULT_MALFORMED: {
    status: 400,
    summary: 'The text is not an appraisal result.',
    next: 'Give the token that `veritee tdx verify` printed.',
  },
  INTEL_RESULT_QUOTE_MISMATCH: {
    status: 422,
    summary: 'The result is about another quote.',
    next: 'Give the quote that was appraised, or have this one appraised.',
  },
  INTEL_RESULT_QUOTE_UNBOUND: {
    status: 422,
    summary: 'The result does not say which quote it is about.',
    next: 'Ask the verifier for a result with quote_hash.',
  },
  INTEL_RESULT_SIGNATURE_INVALID: {
    status: 401,
    summary: 'The signature of the result is not by the key in its header.',
    next: FORGED,
  },
  INTEL_RESULT_UNSIGNED: {
    status: 401,
    summary: 'The result is not signed, so anyone may have written it.',
    next: 'Have the verifier sign its results, or accept unsigned ones by name where the channel is protected.',
  },
  INTEL_VERIFICATION_KEY_UNTRUSTED: {
    status: 401,
    summary: 'The verification result is signed by a key that is not trusted here.',
    next: 'Give the public key of the verifier; a key inside a token proves nothing.',
  },
  INTEL_VERIFICATION_MALFORMED: {
    status: 400,
    summary: 'The text is not a verification result.',
    next: 'Give the token exactly as the verifier issued it.',
  },
  INTEL_VERIFICATION_SIGNATURE_INVALID: {
    status: 401,
    summary: 'The signature of the verification result is not by the key in its header.',
    next: FORGED,
  },
  INTEL_VERIFICATION_UNSIGNED: {
    status: 401,
    summary: 'The verification result is not signed, so anyone may have written it.',
    next: 'Verify the quote here, or accept unsigned results by name where the channel is protected.',
  },
}
