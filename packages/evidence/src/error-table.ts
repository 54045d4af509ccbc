/**
 * The error table of this package: one row a code. Codes are stable; judgements about readable and genuine evidence are
 * findings, not rows of this table.
 */
import type { ErrorTable } from '@veritee/codec/error'
import { AZURE_ERRORS } from './azure/codes.ts'
import { BOOT_LOG_ERRORS } from './boot-log/codes.ts'
import { COLLATERAL_ERRORS } from './collateral/codes.ts'
import { COMPOSITE_ERRORS } from './composite/codes.ts'
import { CSV_ERRORS } from './csv/codes.ts'
import { DCAP_ERRORS } from './dcap/codes.ts'
import { DCU_ERRORS } from './dcu/codes.ts'
import { ENCLAVE_ERRORS } from './enclave/codes.ts'
import type { EvidenceErrorCode } from './errors.ts'
import { GPU_ERRORS } from './gpu/codes.ts'
import { RECOGNIZE_ERRORS } from './recognize/codes.ts'
import { SAMPLE_ERRORS } from './sample/codes.ts'
import { SNP_ERRORS } from './snp/codes.ts'
import { TPM_ERRORS } from './tpm/codes.ts'

/** Every code that an EvidenceError can carry. */
export const EVIDENCE_ERRORS: ErrorTable<EvidenceErrorCode> = {
  ...AZURE_ERRORS,
  ...BOOT_LOG_ERRORS,
  ...COLLATERAL_ERRORS,
  ...CSV_ERRORS,
  ...COMPOSITE_ERRORS,
  ...DCU_ERRORS,
  ...ENCLAVE_ERRORS,
  ...SAMPLE_ERRORS,
  ...DCAP_ERRORS,
  ...GPU_ERRORS,
  ...RECOGNIZE_ERRORS,
  ...SNP_ERRORS,
  ...TPM_ERRORS,
}
