/** The only error class that leaves this package. Each room keeps its rows beside it, so that a bundle holds only those it can raise. */
import { CodedError, type CodedErrorOptions, type ErrorTable } from '@veritee/codec/error'
import type { AzureErrorCode } from './azure/codes.ts'
import type { BootLogErrorCode } from './boot-log/codes.ts'
import type { CollateralErrorCode } from './collateral/codes.ts'
import type { CompositeErrorCode } from './composite/codes.ts'
import type { CsvErrorCode } from './csv/codes.ts'
import { DCAP_ERRORS } from './dcap/codes.ts'
import type { DcuErrorCode } from './dcu/codes.ts'
import type { EnclaveErrorCode } from './enclave/codes.ts'
import type { GpuErrorCode } from './gpu/codes.ts'
import { RECOGNIZE_ERRORS } from './recognize/codes.ts'
import type { SampleErrorCode } from './sample/codes.ts'
import type { SnpErrorCode } from './snp/codes.ts'
import type { TpmErrorCode } from './tpm/codes.ts'

type OwnCode = keyof typeof DCAP_ERRORS | keyof typeof RECOGNIZE_ERRORS

const OWN_ROWS: ErrorTable<OwnCode> = { ...DCAP_ERRORS, ...RECOGNIZE_ERRORS }

export type EvidenceErrorCode =
  | OwnCode
  | AzureErrorCode
  | BootLogErrorCode
  | CollateralErrorCode
  | CompositeErrorCode
  | CsvErrorCode
  | DcuErrorCode
  | EnclaveErrorCode
  | GpuErrorCode
  | SampleErrorCode
  | SnpErrorCode
  | TpmErrorCode

/**
 * Thrown for evidence that is malformed, forged or impossible to verify. The code says which; see `EVIDENCE_ERRORS`.
 *
 * Rooms other than DCAP throw it with rows of their own, through a factory in their `codes.ts`.
 */
export class EvidenceError extends CodedError<EvidenceErrorCode> {
  constructor(
    code: EvidenceErrorCode,
    message?: string,
    options: CodedErrorOptions = {},
    rows: Partial<ErrorTable<EvidenceErrorCode>> = OWN_ROWS,
  ) {
    super(rows as ErrorTable<EvidenceErrorCode>, code, message, options)
  }
}
