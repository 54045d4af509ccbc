/** Judging evidence against expectations, and the tokens that carry a judgement. */
export { APPRAISAL_ERRORS, AppraisalError, type AppraisalErrorCode } from './errors.ts'
