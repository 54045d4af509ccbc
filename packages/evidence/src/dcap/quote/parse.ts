import { EvidenceError } from '../../errors.ts'
import { plainBytes, readU16, readU32 } from './fields.ts'
import { checkHeader, QuoteHeaderView } from './header.ts'
import {
  BODY_BYTES,
  BODY_DESCRIPTOR_BYTES,
  type BodyType,
  HEADER_BYTES,
  QUOTE_MAX_BYTES,
  SGX_REPORT_BYTES,
  TD_REPORT_10_BYTES,
} from './layout.ts'
import { SgxReportView } from './sgx-report.ts'
import { parseSignatureData, type SignatureDataView } from './signature-data.ts'
import { createTdReport } from './td-report.ts'
import type {
  DcapQuote,
  DcapTee,
  ParseQuoteOptions,
  QuoteHeader,
  QuoteSignatureData,
  QuoteVersion,
  SgxReportBody,
  TdReportBody,
} from './types.ts'

const LENGTH_FIELD_BYTES = 4

/** A quote whose structure holds: offsets are known, fields are decoded when they are read. */
class QuoteView {
  readonly bytes: Uint8Array
  readonly version: QuoteVersion
  readonly tee: DcapTee
  readonly signatureData: QuoteSignatureData
  readonly #bodyAt: number
  readonly #bodyEnd: number
  #header: QuoteHeader | undefined
  #body: SgxReportBody | TdReportBody | undefined

  constructor(
    bytes: Uint8Array,
    version: QuoteVersion,
    tee: DcapTee,
    bodyAt: number,
    bodyEnd: number,
    signatureData: SignatureDataView,
  ) {
    this.bytes = bytes
    this.version = version
    this.tee = tee
    this.signatureData = signatureData
    this.#bodyAt = bodyAt
    this.#bodyEnd = bodyEnd
  }

  get header(): QuoteHeader {
    this.#header ??= new QuoteHeaderView(this.bytes)
    return this.#header
  }

  get body(): SgxReportBody | TdReportBody {
    if (this.#body === undefined) {
      const bytes = this.bytes.subarray(this.#bodyAt, this.#bodyEnd)
      this.#body = this.tee === 'sgx' ? new SgxReportView(bytes) : createTdReport(bytes)
    }
    return this.#body
  }

  get signedBytes(): Uint8Array {
    return this.bytes.subarray(0, this.#bodyEnd)
  }

  get extraBytes(): Uint8Array {
    return this.bytes.subarray(this.#bodyEnd + LENGTH_FIELD_BYTES + this.signatureData.bytes.length)
  }
}

/**
 * Reads an SGX or TDX quote of version 3, 4 or 5 (specification page, sections 1.1 to 1.5).
 *
 * The result holds views into `bytes`; whoever changes those bytes afterwards changes the quote. Bytes after the
 * signature data are padding and become `extraBytes`. Not checked here: any signature, the attestation key, the PCK chain,
 * attributes, measurements.
 *
 * @throws EvidenceError with a `DCAP_QUOTE_*`, `DCAP_SIGNATURE_DATA_*` or `DCAP_CERTIFICATION_DATA_*` code.
 * @example
 * const quote = parseQuote(bytes)
 * if (quote.tee === 'tdx') console.log(encodeHex(quote.body.mrTd))
 */
export function parseQuote(bytes: Uint8Array, options?: ParseQuoteOptions): DcapQuote {
  const input = plainBytes(bytes)
  if (input.length > QUOTE_MAX_BYTES) {
    throw new EvidenceError('DCAP_QUOTE_SIZE_EXCESSIVE', undefined, {
      details: { path: 'quote', expected: QUOTE_MAX_BYTES, actual: input.length },
    })
  }
  if (input.length < HEADER_BYTES) throw truncated('header', HEADER_BYTES, input.length)
  const { version, tee } = checkHeader(input)
  const bodyAt = version === 5 ? HEADER_BYTES + BODY_DESCRIPTOR_BYTES : HEADER_BYTES
  const bodyEnd = bodyAt + readBodySize(input, version, tee)
  const signatureAt = bodyEnd + LENGTH_FIELD_BYTES
  if (input.length < signatureAt) throw truncated('body', signatureAt, input.length)
  const signatureSize = readU32(input, bodyEnd)
  if (signatureSize > input.length - signatureAt) {
    throw truncated('signatureData', signatureSize, input.length - signatureAt)
  }
  const signatureEnd = signatureAt + signatureSize
  const signatureData = parseSignatureData(
    input.subarray(signatureAt, signatureEnd),
    version !== 3,
    options?.lenientSignatureData === true,
  )
  if (options?.strictPadding === true) refusePadding(input, signatureEnd)
  return new QuoteView(input, version, tee, bodyAt, bodyEnd, signatureData) as DcapQuote
}

function readBodySize(input: Uint8Array, version: QuoteVersion, tee: DcapTee): number {
  if (version !== 5) return tee === 'sgx' ? SGX_REPORT_BYTES : TD_REPORT_10_BYTES
  if (input.length < HEADER_BYTES + BODY_DESCRIPTOR_BYTES) {
    throw truncated('bodyType', HEADER_BYTES + BODY_DESCRIPTOR_BYTES, input.length)
  }
  const type = readU16(input, HEADER_BYTES)
  if (type < 1 || type > 4) {
    throw new EvidenceError('DCAP_QUOTE_BODY_TYPE_UNSUPPORTED', undefined, {
      details: { path: 'bodyType', expected: [1, 2, 3, 4], actual: type },
    })
  }
  if ((type === 1) !== (tee === 'sgx')) {
    throw new EvidenceError('DCAP_QUOTE_BODY_TEE_MISMATCH', undefined, {
      details: { path: 'bodyType', expected: tee === 'sgx' ? [1] : [2, 3, 4], actual: type, tee },
    })
  }
  const expected = BODY_BYTES[type as BodyType]
  const actual = readU32(input, HEADER_BYTES + 2)
  if (actual !== expected) {
    throw new EvidenceError('DCAP_QUOTE_BODY_SIZE_MISMATCH', undefined, {
      details: { path: 'bodySize', expected, actual, type },
    })
  }
  return expected
}

function refusePadding(input: Uint8Array, end: number): void {
  for (let at = end; at < input.length; at++) {
    if (input[at] !== 0) {
      throw new EvidenceError('DCAP_QUOTE_PADDING_NOT_ZERO', undefined, {
        details: { path: 'extraBytes', expected: 0, actual: input[at], offset: at },
      })
    }
  }
}

function truncated(path: string, expected: number, actual: number): EvidenceError {
  return new EvidenceError('DCAP_QUOTE_TRUNCATED', undefined, { details: { path, expected, actual } })
}
