import { isCodedError } from '@veritee/codec/error'
import { parsePem } from '@veritee/codec/pem'
import { readU16, readU32 } from '../dcap/quote/fields.ts'
import { HEADER, HEADER_BYTES, INTEL_QE_VENDOR_ID, TEE_TYPE_SGX, TEE_TYPE_TDX } from '../dcap/quote/layout.ts'
import { isElf } from '../dcap/sigstruct/elf.ts'
import { SIGSTRUCT, SIGSTRUCT_BYTES, SIGSTRUCT_HEADER, SIGSTRUCT_HEADER2 } from '../dcap/sigstruct/layout.ts'
import { REPORT_TYPE_TDX, TD_REPORT_STRUCTURE_BYTES } from '../dcap/tdreport/layout.ts'
import { isSnpCertificateTable, parseSnpCertificateTable } from '../snp/chain/certificate-table.ts'
import { SnpError } from '../snp/codes.ts'
import { recognizeDer } from './der.ts'
import { recognizeDevice } from './device.ts'
import { recognizeHygon } from './hygon.ts'
import type { RecognizedContent } from './types.ts'

const SNP_REPORT_BYTES = 1184
const DER_SEQUENCE = 0x30
const SNP_SIGNED_BYTES = 0x2a0
const SNP_MOST_BYTES = 4096
const SNP_SIGNATURE_ALGORITHM_AT = 0x34
/** Holds the bit of the guest policy that is always one. */
const SNP_POLICY_AT = 0x0a
const EV_NO_ACTION = 3
const SPEC_ID_AT = 32
const SPEC_ID = 'Spec ID Event03\0'

/** Recognises binary formats by constants that stand at fixed places. */
export function recognizeBinary(bytes: Uint8Array): RecognizedContent | undefined {
  if (isElf(bytes)) return { kind: 'enclave-file', bytes }
  if (isSigstruct(bytes)) return { kind: 'sigstruct', bytes }
  if (isQuote(bytes)) return { kind: 'dcap-quote', bytes }
  if (isTdReport(bytes)) return { kind: 'tdreport', bytes }
  if (isSnpReport(bytes)) return { kind: 'snp-report', bytes }
  if (isSnpCertificateTable(bytes)) return recognizeTable(bytes)
  if (isEventLog(bytes)) return { kind: 'event-log', bytes }
  return recognizeHygon(bytes) ?? recognizeDevice(bytes) ?? recognizeDer(bytes)
}

/** Intel's vendor id alone is enough, so that a quote of a version not known here is still called a quote. */
function isQuote(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER_BYTES) return false
  if (holds(bytes, HEADER.qeVendorId, INTEL_QE_VENDOR_ID)) return true
  const version = readU16(bytes, HEADER.version)
  const keyType = readU16(bytes, HEADER.attestationKeyType)
  const teeType = readU32(bytes, HEADER.teeType)
  const known = teeType === TEE_TYPE_SGX || teeType === TEE_TYPE_TDX
  return version >= 3 && version <= 5 && (keyType === 2 || keyType === 3) && known
}

function isTdReport(bytes: Uint8Array): boolean {
  return bytes.length === TD_REPORT_STRUCTURE_BYTES && bytes[0] === REPORT_TYPE_TDX && bytes[3] === 0
}

function isSigstruct(bytes: Uint8Array): boolean {
  return (
    bytes.length === SIGSTRUCT_BYTES &&
    holds(bytes, SIGSTRUCT.header, SIGSTRUCT_HEADER) &&
    holds(bytes, SIGSTRUCT.header2, SIGSTRUCT_HEADER2)
  )
}

/** Authorities may stand in it as PEM. */
function recognizeTable(bytes: Uint8Array): RecognizedContent {
  const certificates = parseSnpCertificateTable(bytes)
    .filter(({ kind }) => kind !== 'other')
    .flatMap((entry) => (entry.bytes[0] === DER_SEQUENCE ? [entry.bytes] : certificatesOfPem(entry.bytes)))
  return { kind: 'x509', certificates, crls: [] }
}

function certificatesOfPem(bytes: Uint8Array): Uint8Array[] {
  try {
    return parsePem(bytes).flatMap(({ label, der }) => (label === 'CERTIFICATE' ? [der] : []))
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new SnpError('SNP_CERTIFICATE_TABLE', undefined, {
      details: { path: 'table', expected: 'certificates' },
      cause,
    })
  }
}

/** A report of its size, or one that was cut short or lengthened and has two of its constants left. */
function isSnpReport(bytes: Uint8Array): boolean {
  if (bytes.length < SNP_SIGNED_BYTES || bytes.length > SNP_MOST_BYTES) return false
  const version = readU32(bytes, 0)
  if (version < 1 || version > 9) return false
  const isEcdsa = readU32(bytes, SNP_SIGNATURE_ALGORITHM_AT) === 1
  const isPolicy = (bytes[SNP_POLICY_AT]! & 2) !== 0
  return bytes.length === SNP_REPORT_BYTES ? isEcdsa || isPolicy : isEcdsa && isPolicy
}

function isEventLog(bytes: Uint8Array): boolean {
  if (bytes.length < SPEC_ID_AT + SPEC_ID.length || readU32(bytes, 4) !== EV_NO_ACTION) return false
  return holds(
    bytes,
    SPEC_ID_AT,
    [...SPEC_ID].map((letter) => letter.charCodeAt(0)),
  )
}

function holds(bytes: Uint8Array, at: number, constant: readonly number[]): boolean {
  return constant.every((value, i) => bytes[at + i] === value)
}
