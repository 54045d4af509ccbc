/** Was the evidence made for this question? */
import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import type { Check } from '@veritee/evidence/result'
import type { Answer } from './types.ts'

const ID = 'reportData'

/** The answer, and the check that says it. */
export interface Freshness {
  readonly answer: Answer
  readonly check: Check
}

/**
 * Compares what the evidence carries with what was asked for, by the derivation of its kind:
 *
 * - SGX, TDX, SNP, CSV, DCU: the question with zeros behind it fills the report data field; with a services manifest of an
 *   SVSM, SNP report data is SHA-512 of the question padded to 64 bytes and the manifest;
 * - TPM: the nonce of every quote is the question as it is, padded with zeros to 32 or 64 bytes, or cut to 32 bytes;
 * - Azure: the nonce is the question as it is, and from version 2 on the hardware report covers it too;
 * - NVIDIA: the nonce is the question, padded with zeros or cut to 32 bytes;
 * - enclave documents and sample evidence: the question as it is.
 *
 * An empty list or value matches nothing.
 */
export function checkFreshness(
  field: Uint8Array,
  asked: Uint8Array | readonly Uint8Array[] | undefined,
  isAnswerTo: (asked: Uint8Array) => boolean = (value) => matchesField(field, value),
): Freshness {
  if (asked === undefined) {
    return {
      answer: 'unasked',
      check: {
        id: ID,
        result: 'skip',
        code: 'APPRAISAL_FRESHNESS_UNASKED',
        message: 'No report data was asked for, so the evidence may have been made for another question.',
        next: 'Give the report data that the evidence must carry.',
      },
    }
  }
  const candidates = asked instanceof Uint8Array ? [asked] : asked
  if (candidates.some(isAnswerTo)) {
    return { answer: 'yes', check: { id: ID, result: 'pass' } }
  }
  return {
    answer: 'no',
    check: {
      id: ID,
      result: 'fail',
      code: 'APPRAISAL_REPORT_DATA_MISMATCH',
      message: 'The evidence carries other report data than was asked for.',
      expected: candidates.length === 1 ? encodeHex(candidates[0]!) : candidates.map(encodeHex),
      actual: encodeHex(field),
      next: 'Ask for evidence anew: this was made for another nonce or another key.',
    },
  }
}

/** Tells whether a field is this value with zeros behind it. Longer than the field, or empty, is never. */
export function matchesField(field: Uint8Array, value: Uint8Array): boolean {
  if (value.length === 0 || value.length > field.length) return false
  return equalBytes(field.subarray(0, value.length), value) && field.subarray(value.length).every((byte) => byte === 0)
}
