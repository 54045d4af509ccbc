/** SGX and TDX quotes: bytes to structure, without judgement. */
export { decodePlatformCertificationData, type PlatformCertificationData } from './certification-data.ts'
export { QUOTE_MAX_BYTES } from './layout.ts'
export { parseQuote } from './parse.ts'
export { parseSgxReportBody } from './sgx-report.ts'
export type {
  CertificationData,
  CertificationDataType,
  DcapQuote,
  DcapTee,
  ParseQuoteOptions,
  QuoteHeader,
  QuoteSignatureData,
  QuoteVersion,
  SgxAttributes,
  SgxQuote,
  SgxReportBody,
  TdReport10,
  TdReport15,
  TdReport15Extended,
  TdReportBody,
  TdxQuote,
} from './types.ts'
