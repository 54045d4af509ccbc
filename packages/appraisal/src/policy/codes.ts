/** Rows of the error table about policies. What a policy decides about a machine is a verdict, not a row here. */
import type { ErrorTable } from '@veritee/codec/error'

export type PolicyErrorCode =
  | 'APPRAISAL_POLICY_EVALUATION_FAILED'
  | 'APPRAISAL_POLICY_ID_INVALID'
  | 'APPRAISAL_POLICY_INPUT_AMBIGUOUS'
  | 'APPRAISAL_POLICY_RESULT_INVALID'
  | 'APPRAISAL_POLICY_RULES_MISSING'
  | 'APPRAISAL_POLICY_TEXT_INVALID'

export const POLICY_ERRORS: ErrorTable<PolicyErrorCode> = {
  APPRAISAL_POLICY_EVALUATION_FAILED: {
    status: 422,
    summary: 'The policy could not be evaluated, so nothing is accepted under it.',
    next: 'Correct the policy at the place named, or make it do less work.',
  },
  APPRAISAL_POLICY_ID_INVALID: {
    status: 400,
    summary: 'This cannot be the id of a policy.',
    next: 'Use 1 to 128 letters, digits, `-` and `_`.',
  },
  APPRAISAL_POLICY_INPUT_AMBIGUOUS: {
    status: 422,
    summary: 'Two pieces of evidence claim the same names, so a policy over all of them cannot tell which is meant.',
    next: 'Send every kind of evidence once, or use a policy with trust claims: it judges each piece by itself.',
  },
  APPRAISAL_POLICY_RESULT_INVALID: {
    status: 422,
    summary: 'The policy gives a result that means nothing.',
    next: 'Give `allow` as a boolean, trust claims as whole numbers from -128 to 127 under the eight known names.',
  },
  APPRAISAL_POLICY_RULES_MISSING: {
    status: 400,
    summary: 'The policy decides nothing: it has neither `allow` nor a trust claim in the package `policy`.',
    next: 'Begin with `package policy` and define `allow`, `trust_claims`, or one of the eight trust claims.',
  },
  APPRAISAL_POLICY_TEXT_INVALID: {
    status: 400,
    summary: 'The policy text does not compile.',
    next: 'Correct the text at the place named; `veritee policy check FILE` shows it.',
  },
}
