import { concatBytes, encodeUtf8, u16le, u32le } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import type { SimulatedKey } from '../../crypto/key.ts'
import { encodeSgxReport, type SgxValues } from './sgx-report.ts'

/** Vendor id of Intel's quoting enclave; verifiers accept no other. */
const QE_VENDOR_ID = Uint8Array.from([
  0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07,
])

/** A quote before it is signed. Every member may be changed to break precisely one thing. */
export interface QuoteTemplate {
  version: number
  attestationKeyType: number
  teeType: number
  /** 8 bytes at offset 8 to 11 of the header are these two numbers. */
  qeSvn: number
  pceSvn: number
  qeVendorId: Uint8Array
  /** 20 bytes. */
  userData: Uint8Array
  /** Version 5 only. */
  bodyType: number
  body: Uint8Array
  attestationKey: SimulatedKey
  /** Written in place of the attestation key's point. */
  attestationPoint?: Uint8Array
  qeReport: SgxValues
  /** Written in place of the report data that vouches for attestation key and authentication data. */
  qeReportData?: Uint8Array
  authData: Uint8Array
  /** Who signs the report of the quoting enclave. */
  pckKey: SimulatedKey
  certification: { type: number; bytes: Uint8Array }
  /** Zeros or anything else behind the signature data. */
  padding: Uint8Array
}

/** What every template starts from. */
export function quoteDefaults(): Pick<QuoteTemplate, 'attestationKeyType' | 'qeVendorId' | 'padding'> {
  return { attestationKeyType: 2, qeVendorId: QE_VENDOR_ID, padding: new Uint8Array(0) }
}

/** The signed quote (specification page, sections 1.1 and 1.5). */
export function encodeQuote(template: QuoteTemplate): Uint8Array {
  const signed = concatBytes(encodeHeader(template), encodeBodyDescriptor(template), template.body)
  const signature = template.attestationKey.sign(signed)
  const data = encodeSignatureData(template, signature)
  return concatBytes(signed, u32le(data.length), data, template.padding)
}

/** A PCK chain as certification data has it: PEM with one trailing NUL. */
export function encodeChainData(pem: string): Uint8Array {
  return concatBytes(encodeUtf8(pem), Uint8Array.of(0))
}

function encodeHeader(template: QuoteTemplate): Uint8Array {
  return concatBytes(
    u16le(template.version),
    u16le(template.attestationKeyType),
    u32le(template.teeType),
    u16le(template.qeSvn),
    u16le(template.pceSvn),
    template.qeVendorId,
    template.userData,
  )
}

function encodeBodyDescriptor({ version, bodyType, body }: QuoteTemplate): Uint8Array {
  return version === 5 ? concatBytes(u16le(bodyType), u32le(body.length)) : new Uint8Array(0)
}

function encodeSignatureData(template: QuoteTemplate, signature: Uint8Array): Uint8Array {
  const point = template.attestationPoint ?? template.attestationKey.point
  const vouched = digest('sha256', point, template.authData)
  const report = encodeSgxReport({ ...template.qeReport, reportData: template.qeReportData ?? vouched })
  const certified = concatBytes(
    report,
    template.pckKey.sign(report),
    u16le(template.authData.length),
    template.authData,
    u16le(template.certification.type),
    u32le(template.certification.bytes.length),
    template.certification.bytes,
  )
  return template.version === 3
    ? concatBytes(signature, point, certified)
    : concatBytes(signature, point, u16le(6), u32le(certified.length), certified)
}
