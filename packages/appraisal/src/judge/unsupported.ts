import { AppraisalError } from '../errors.ts'
import { VERIFIERS } from './verifiers.ts'

const COLLATERAL = 'This is collateral, not evidence: give it with --collateral beside the evidence.'
const ENCLAVE = 'This is a signed enclave, not evidence of one that runs: inspect it, or give its quote.'

/** What to say of what was recognised and is no evidence that can be judged. */
const HINTS: Readonly<Record<string, string>> = {
  x509: COLLATERAL,
  'hygon-certificates': COLLATERAL,
  'dcap-collateral': COLLATERAL,
  'dcap-document': COLLATERAL,
  'event-log': 'This is an event log, not evidence: give it with --event-log beside the evidence.',
  'tpm-structure': 'A structure of a TPM alone shows no key and no PCR values: give the evidence JSON that holds it.',
  tdreport: 'A TDREPORT proves something to its own machine alone: have it turned into a quote.',
  'hcl-report': 'This report stands with the quote of its vTPM: give the evidence JSON that holds both.',
  token: 'This is a token, the result of a judgement made elsewhere: inspect it, or give the evidence itself.',
  jwks: 'These are keys, not evidence.',
  sigstruct: ENCLAVE,
  'enclave-file': ENCLAVE,
  system: 'Evidence of this kind has no hardware behind it and no signature: nothing in it can be checked.',
}

/** The refusal of a kind that nothing here judges. */
export function unsupported(actual: string): AppraisalError {
  return new AppraisalError('APPRAISAL_EVIDENCE_UNSUPPORTED', HINTS[actual], {
    details: { path: 'evidence', expected: VERIFIERS.flatMap(({ tees }) => tees), actual },
  })
}
