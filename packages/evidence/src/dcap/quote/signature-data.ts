import { EvidenceError } from '../../errors.ts'
import { readU16, readU32 } from './fields.ts'
import {
  ATTESTATION_KEY_BYTES,
  CERTIFICATION_DATA_BYTES,
  CERTIFICATION_HEADER_BYTES,
  CERTIFICATION_TYPE_QE_REPORT,
  SGX_REPORT_BYTES,
  SIGNATURE_BYTES,
} from './layout.ts'
import { SgxReportView } from './sgx-report.ts'
import type { CertificationData, CertificationDataType, QuoteSignatureData, SgxReportBody } from './types.ts'

/** Where each part stands, as offsets into the signature data. */
interface SignatureDataParts {
  readonly qeReport: number
  readonly authData: number
  readonly certificationData: number
  readonly certificationType: CertificationDataType
  /** End of the certification data. */
  readonly end: number
}

/** Signature data whose parts have been located. */
export class SignatureDataView implements QuoteSignatureData {
  readonly bytes: Uint8Array
  readonly #parts: SignatureDataParts
  #qeReport: SgxReportBody | undefined

  constructor(bytes: Uint8Array, parts: SignatureDataParts) {
    this.bytes = bytes
    this.#parts = parts
  }

  get signature(): Uint8Array {
    return this.bytes.subarray(0, SIGNATURE_BYTES)
  }

  get attestationKey(): Uint8Array {
    return this.bytes.subarray(SIGNATURE_BYTES, SIGNATURE_BYTES + ATTESTATION_KEY_BYTES)
  }

  get qeReport(): SgxReportBody {
    this.#qeReport ??= new SgxReportView(this.qeReportBytes)
    return this.#qeReport
  }

  get qeReportBytes(): Uint8Array {
    return this.bytes.subarray(this.#parts.qeReport, this.#parts.qeReport + SGX_REPORT_BYTES)
  }

  get qeReportSignature(): Uint8Array {
    const at = this.#parts.qeReport + SGX_REPORT_BYTES
    return this.bytes.subarray(at, at + SIGNATURE_BYTES)
  }

  get authData(): Uint8Array {
    return this.bytes.subarray(this.#parts.authData, this.#parts.certificationData - CERTIFICATION_HEADER_BYTES)
  }

  get certificationData(): CertificationData {
    const { certificationType, certificationData, end } = this.#parts
    return { type: certificationType, bytes: this.bytes.subarray(certificationData, end) }
  }

  get unreadBytes(): Uint8Array {
    return this.bytes.subarray(this.#parts.end)
  }
}

/**
 * Locates the parts of signature data (specification page, section 1.5 with corrections 9.1 and 9.2). In version 3 the
 * quoting enclave's report follows the attestation key; from version 4 on it is nested in certification data of type 6,
 * which it must fill exactly.
 */
export function parseSignatureData(bytes: Uint8Array, nested: boolean, lenient: boolean): SignatureDataView {
  const fixed = SIGNATURE_BYTES + ATTESTATION_KEY_BYTES
  if (!nested) {
    const parts = locateParts(bytes, fixed, bytes.length)
    if (!lenient) refuseLaxity(bytes, parts)
    return new SignatureDataView(bytes, parts)
  }
  if (bytes.length < fixed + CERTIFICATION_HEADER_BYTES) {
    throw truncated('signatureData', fixed + CERTIFICATION_HEADER_BYTES, bytes.length)
  }
  const outerType = readU16(bytes, fixed)
  if (outerType !== CERTIFICATION_TYPE_QE_REPORT) {
    throw unsupportedType('signatureData.certificationType', CERTIFICATION_TYPE_QE_REPORT, outerType)
  }
  const start = fixed + CERTIFICATION_HEADER_BYTES
  const size = readU32(bytes, fixed + 2)
  if (size > bytes.length - start) throw truncated('signatureData.certificationSize', size, bytes.length - start)
  const parts = locateParts(bytes, start, start + size)
  if (parts.end !== start + size) {
    throw new EvidenceError('DCAP_CERTIFICATION_DATA_UNREAD', undefined, {
      details: { path: 'signatureData.certificationSize', expected: parts.end - start, actual: size },
    })
  }
  if (!lenient) refuseLaxity(bytes, parts)
  return new SignatureDataView(bytes, parts)
}

/** Locates QE report, its signature, authentication data and certification data between `start` and `limit`. */
function locateParts(bytes: Uint8Array, start: number, limit: number): SignatureDataParts {
  const authSizeAt = start + SGX_REPORT_BYTES + SIGNATURE_BYTES
  const authData = authSizeAt + 2
  if (authData + CERTIFICATION_HEADER_BYTES > limit) {
    throw truncated('signatureData', authData + CERTIFICATION_HEADER_BYTES - start, limit - start)
  }
  const typeAt = authData + readU16(bytes, authSizeAt)
  const certificationData = typeAt + CERTIFICATION_HEADER_BYTES
  if (certificationData > limit) {
    throw truncated('signatureData.authData', typeAt - authData, limit - authData - CERTIFICATION_HEADER_BYTES)
  }
  const type = readU16(bytes, typeAt)
  if (type < 1 || type > 5) throw unsupportedType('signatureData.certificationData.type', [1, 2, 3, 4, 5], type)
  const size = readU32(bytes, typeAt + 2)
  if (size > limit - certificationData) {
    throw truncated('signatureData.certificationData', size, limit - certificationData)
  }
  return {
    qeReport: start,
    authData,
    certificationData,
    certificationType: type as CertificationDataType,
    end: certificationData + size,
  }
}

/** Refuses what Intel's own library leaves unread or unlooked at. */
function refuseLaxity(bytes: Uint8Array, parts: SignatureDataParts): void {
  if (parts.end !== bytes.length) {
    throw new EvidenceError('DCAP_SIGNATURE_DATA_UNREAD', undefined, {
      details: { path: 'signatureData.size', expected: parts.end, actual: bytes.length },
    })
  }
  const size = parts.end - parts.certificationData
  const expected = CERTIFICATION_DATA_BYTES[parts.certificationType]
  if (expected === undefined ? size === 0 : size !== expected) {
    throw new EvidenceError(
      expected === undefined ? 'DCAP_CERTIFICATION_DATA_EMPTY' : 'DCAP_CERTIFICATION_DATA_SIZE_MISMATCH',
      undefined,
      {
        details: {
          path: 'signatureData.certificationData.size',
          expected: expected ?? 'at least 1',
          actual: size,
          type: parts.certificationType,
        },
      },
    )
  }
}

function truncated(path: string, expected: number, actual: number): EvidenceError {
  return new EvidenceError('DCAP_SIGNATURE_DATA_TRUNCATED', undefined, { details: { path, expected, actual } })
}

function unsupportedType(path: string, expected: unknown, actual: number): EvidenceError {
  return new EvidenceError('DCAP_CERTIFICATION_DATA_TYPE_UNSUPPORTED', undefined, {
    details: { path, expected, actual },
  })
}
