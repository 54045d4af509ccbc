/** Device reports: an SPDM 1.1 measurement exchange with vendor data and a signature (DSP0274, section 10.11). */
import { concatBytes, encodeUtf8, u16le, u32le } from '@veritee/codec/bytes'
import type { SimulatedKey } from '../crypto/key.ts'
import { type FieldValue, padField, simulatedDigest } from '../state/field.ts'

/** Types of vendor data. */
export const OPAQUE = { driverVersion: 3, vbiosVersion: 6, measurementCount: 12, chipSku: 15, firmwareId: 20 } as const

/** A report before it is signed. Every member may be changed to break precisely one thing. */
export interface GpuReportTemplate {
  spdmVersion: number
  /** 32 bytes that the verifier chose. */
  nonce: Uint8Array
  /** By index, 1 on. */
  measurements: [number, Uint8Array][]
  /** Vendor data by type, in order. */
  opaque: [number, Uint8Array][]
  signer: SimulatedKey
}

/** What a report says, as far as it may be chosen. */
export interface GpuReportValues {
  /** At most 32 bytes; shorter ends in zeros. */
  readonly nonce?: FieldValue
  /** From index 1 on, 48 bytes each. Default four of them. */
  readonly measurements?: readonly Uint8Array[]
  readonly driverVersion?: string
}

export function createReport(
  {
    nonce,
    measurements = [1, 2, 3, 4].map((index) => simulatedDigest(`gpu ${index}`, 48)),
    driverVersion = '550.90.07',
  }: GpuReportValues,
  firmwareId: Uint8Array,
  signer: SimulatedKey,
): GpuReportTemplate {
  return {
    spdmVersion: 0x11,
    nonce: padField('nonce', nonce, 32),
    measurements: measurements.map((value, index) => [index + 1, value]),
    opaque: [
      [OPAQUE.driverVersion, encodeUtf8(`${driverVersion}\0`)],
      // Version 96.00.9f.00.01: the first half reversed, then the next byte.
      [OPAQUE.vbiosVersion, Uint8Array.of(0x00, 0x9f, 0x00, 0x96, 0x01, 0, 0, 0)],
      [OPAQUE.chipSku, encodeUtf8('SIMULATED\0')],
      [OPAQUE.measurementCount, concatBytes(...measurements.map(() => u32le(1)))],
      [OPAQUE.firmwareId, firmwareId],
    ],
    signer,
  }
}

/** Request, response and signature. */
export function encodeReport({ spdmVersion, nonce, measurements, opaque, signer }: GpuReportTemplate): Uint8Array {
  const blocks = measurements.map(([index, value]) =>
    concatBytes(Uint8Array.of(index, 1), u16le(value.length + 3), Uint8Array.of(0), u16le(value.length), value),
  )
  const record = concatBytes(...blocks)
  const items = concatBytes(...opaque.flatMap(([type, value]) => [u16le(type), u16le(value.length), value]))
  const signed = concatBytes(
    Uint8Array.of(spdmVersion, 0xe0, 1, 0xff),
    nonce,
    Uint8Array.of(0),
    Uint8Array.of(spdmVersion, 0x60, 0, 0, blocks.length),
    u32le(record.length).subarray(0, 3),
    record,
    simulatedDigest('gpu responder nonce', 32),
    u16le(items.length),
    items,
  )
  return concatBytes(signed, signer.sign(signed))
}
