import { EvidenceError } from '../../errors.ts'
import { plainBytes, readU16, readU32, readU64 } from './fields.ts'
import { SGX_REPORT, SGX_REPORT_BYTES } from './layout.ts'
import type { SgxAttributes, SgxReportBody } from './types.ts'

/** A report body of 384 bytes. */
export class SgxReportView implements SgxReportBody {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get kind(): 'sgx' {
    return 'sgx'
  }

  get cpuSvn(): Uint8Array {
    return this.bytes.subarray(SGX_REPORT.cpuSvn, SGX_REPORT.miscSelect)
  }

  get miscSelect(): number {
    return readU32(this.bytes, SGX_REPORT.miscSelect)
  }

  get reserved1(): Uint8Array {
    return this.bytes.subarray(SGX_REPORT.reserved1, SGX_REPORT.isvExtProdId)
  }

  get isvExtProdId(): Uint8Array {
    return this.bytes.subarray(SGX_REPORT.isvExtProdId, SGX_REPORT.flags)
  }

  get attributes(): SgxAttributes {
    return { flags: readU64(this.bytes, SGX_REPORT.flags), xfrm: readU64(this.bytes, SGX_REPORT.xfrm) }
  }

  get mrEnclave(): Uint8Array {
    return this.bytes.subarray(SGX_REPORT.mrEnclave, SGX_REPORT.reserved2)
  }

  get reserved2(): Uint8Array {
    return this.bytes.subarray(SGX_REPORT.reserved2, SGX_REPORT.mrSigner)
  }

  get mrSigner(): Uint8Array {
    return this.bytes.subarray(SGX_REPORT.mrSigner, SGX_REPORT.reserved3)
  }

  get reserved3(): Uint8Array {
    return this.bytes.subarray(SGX_REPORT.reserved3, SGX_REPORT.configId)
  }

  get configId(): Uint8Array {
    return this.bytes.subarray(SGX_REPORT.configId, SGX_REPORT.isvProdId)
  }

  get isvProdId(): number {
    return readU16(this.bytes, SGX_REPORT.isvProdId)
  }

  get isvSvn(): number {
    return readU16(this.bytes, SGX_REPORT.isvSvn)
  }

  get configSvn(): number {
    return readU16(this.bytes, SGX_REPORT.configSvn)
  }

  get reserved4(): Uint8Array {
    return this.bytes.subarray(SGX_REPORT.reserved4, SGX_REPORT.isvFamilyId)
  }

  get isvFamilyId(): Uint8Array {
    return this.bytes.subarray(SGX_REPORT.isvFamilyId, SGX_REPORT.reportData)
  }

  get reportData(): Uint8Array {
    return this.bytes.subarray(SGX_REPORT.reportData, SGX_REPORT_BYTES)
  }
}

/**
 * Reads an SGX report body from exactly 384 bytes (specification page, section 1.2).
 * @throws EvidenceError `DCAP_QUOTE_BODY_SIZE_MISMATCH` for any other length.
 */
export function parseSgxReportBody(bytes: Uint8Array): SgxReportBody {
  if (bytes.length !== SGX_REPORT_BYTES) {
    throw new EvidenceError('DCAP_QUOTE_BODY_SIZE_MISMATCH', undefined, {
      details: { path: 'body', expected: SGX_REPORT_BYTES, actual: bytes.length },
    })
  }
  return new SgxReportView(plainBytes(bytes))
}
