import { EvidenceError } from '../../errors.ts'
import { readU16, readU32 } from './fields.ts'
import {
  ATTESTATION_KEY_ECDSA_P256,
  HEADER,
  HEADER_BYTES,
  INTEL_QE_VENDOR_ID,
  TEE_TYPE_SGX,
  TEE_TYPE_TDX,
} from './layout.ts'
import type { DcapTee, QuoteHeader, QuoteVersion } from './types.ts'

/** A header that stands at the start of the given bytes. */
export class QuoteHeaderView implements QuoteHeader {
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, HEADER_BYTES)
  }

  get version(): QuoteVersion {
    return readU16(this.#bytes, HEADER.version) as QuoteVersion
  }

  get attestationKeyType(): number {
    return readU16(this.#bytes, HEADER.attestationKeyType)
  }

  get teeType(): number {
    return readU32(this.#bytes, HEADER.teeType)
  }

  get qeSvn(): number {
    return readU16(this.#bytes, HEADER.qeSvn)
  }

  get pceSvn(): number {
    return readU16(this.#bytes, HEADER.pceSvn)
  }

  get qeVendorId(): Uint8Array {
    return this.#bytes.subarray(HEADER.qeVendorId, HEADER.userData)
  }

  get userData(): Uint8Array {
    return this.#bytes.subarray(HEADER.userData, HEADER_BYTES)
  }
}

/** Checks everything a header states, and returns what the rest of the quote depends on. The bytes hold a header. */
export function checkHeader(bytes: Uint8Array): { version: QuoteVersion; tee: DcapTee } {
  const version = readU16(bytes, HEADER.version)
  if (version !== 3 && version !== 4 && version !== 5) {
    throw new EvidenceError('DCAP_QUOTE_VERSION_UNSUPPORTED', undefined, {
      details: { path: 'header.version', expected: [3, 4, 5], actual: version },
    })
  }
  const keyType = readU16(bytes, HEADER.attestationKeyType)
  if (keyType !== ATTESTATION_KEY_ECDSA_P256) {
    throw new EvidenceError('DCAP_QUOTE_KEY_TYPE_UNSUPPORTED', undefined, {
      details: { path: 'header.attestationKeyType', expected: ATTESTATION_KEY_ECDSA_P256, actual: keyType },
    })
  }
  const teeType = readU32(bytes, HEADER.teeType)
  if (teeType !== TEE_TYPE_SGX && (teeType !== TEE_TYPE_TDX || version === 3)) {
    throw new EvidenceError('DCAP_QUOTE_TEE_UNKNOWN', undefined, {
      details: {
        path: 'header.teeType',
        expected: version === 3 ? [TEE_TYPE_SGX] : [TEE_TYPE_SGX, TEE_TYPE_TDX],
        actual: teeType,
        version,
      },
    })
  }
  for (let i = 0; i < INTEL_QE_VENDOR_ID.length; i++) {
    if (bytes[HEADER.qeVendorId + i] !== INTEL_QE_VENDOR_ID[i]) {
      throw new EvidenceError('DCAP_QUOTE_VENDOR_UNKNOWN', undefined, { details: { path: 'header.qeVendorId' } })
    }
  }
  return { version, tee: teeType === TEE_TYPE_TDX ? 'tdx' : 'sgx' }
}
