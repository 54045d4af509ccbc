import { ByteCursor, decodeUtf8, encodeHex } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { EvidenceError } from '../errors.ts'
import { GpuError } from './codes.ts'
import type { GpuReport } from './types.ts'

const REQUEST_BYTES = 37
const SIGNATURE_BYTES = 96
const MOST_BYTES = 65_536
const SPDM_VERSION = 0x11
const GET_MEASUREMENTS = 0xe0
const MEASUREMENTS = 0x60
/** Measurement specification DMTF. */
const DMTF = 1

/** Types of the vendor data that are read by name. */
export const OPAQUE = {
  driverVersion: 3,
  gpuInfo: 4,
  vbiosVersion: 6,
  nvdec0Status: 11,
  measurementCount: 12,
  cprInfo: 13,
  boardId: 14,
  chipSku: 15,
  chipSkuMod: 16,
  project: 17,
  projectSku: 18,
  projectSkuMod: 19,
  firmwareId: 20,
  protectedPcieStatus: 21,
} as const

/**
 * Reads a report: the GET_MEASUREMENTS request, the MEASUREMENTS response and its ECDSA P-384 signature.
 *
 * @throws EvidenceError GPU_REPORT_MALFORMED, GPU_REPORT_FIELD_MISSING
 */
export function parseGpuReport(bytes: Uint8Array): GpuReport {
  if (bytes.length > MOST_BYTES) throw malformed('report', `at most ${MOST_BYTES} bytes`, bytes.length)
  try {
    return readReport(bytes)
  } catch (cause) {
    if (cause instanceof EvidenceError || !isCodedError(cause)) throw cause
    throw new GpuError('GPU_REPORT_MALFORMED', `The device report is malformed: ${cause.message}`, {
      details: { path: 'report' },
      cause,
    })
  }
}

function readReport(bytes: Uint8Array): GpuReport {
  const cursor = new ByteCursor(bytes)
  expectByte('request.version', SPDM_VERSION, cursor.u8())
  expectByte('request.code', GET_MEASUREMENTS, cursor.u8())
  cursor.skip(2)
  const nonce = cursor.take(32)
  cursor.skip(REQUEST_BYTES - 36)
  expectByte('response.version', SPDM_VERSION, cursor.u8())
  expectByte('response.code', MEASUREMENTS, cursor.u8())
  cursor.skip(2)
  const blocks = cursor.u8()
  const recordBytes = cursor.u16le() | (cursor.u8() << 16)
  const measurements = readMeasurements(cursor.take(recordBytes), blocks)
  cursor.skip(32)
  const opaque = readOpaque(cursor.take(cursor.u16le()))
  const signedBytes = bytes.subarray(0, cursor.offset)
  const signature = cursor.take(SIGNATURE_BYTES)
  cursor.expectEnd()
  const field = (name: 'driverVersion' | 'vbiosVersion' | 'firmwareId') => {
    const value = opaque.get(OPAQUE[name])
    if (value === undefined)
      throw new GpuError('GPU_REPORT_FIELD_MISSING', undefined, {
        details: { path: `opaque.${name}`, expected: 'present', actual: 'absent' },
      })
    return value
  }
  return {
    bytes,
    signedBytes,
    signature,
    nonce,
    measurements,
    opaque,
    driverVersion: textOf(field('driverVersion')),
    vbiosVersion: vbiosOf(field('vbiosVersion')),
    firmwareId: field('firmwareId'),
  }
}

function readMeasurements(bytes: Uint8Array, count: number): Map<number, Uint8Array> {
  const cursor = new ByteCursor(bytes)
  const measurements = new Map<number, Uint8Array>()
  for (let block = 0; block < count; block++) {
    const index = cursor.u8()
    expectByte(`measurement[${index}].specification`, DMTF, cursor.u8())
    const body = new ByteCursor(cursor.take(cursor.u16le()))
    body.skip(1)
    const value = body.take(body.u16le())
    body.expectEnd()
    if (measurements.has(index)) throw malformed('measurement.index', 'each index once', index)
    measurements.set(index, value)
  }
  cursor.expectEnd()
  return measurements
}

function readOpaque(bytes: Uint8Array): Map<number, Uint8Array> {
  const cursor = new ByteCursor(bytes)
  const items = new Map<number, Uint8Array>()
  while (cursor.remaining > 0) {
    const type = cursor.u16le()
    const value = cursor.take(cursor.u16le())
    if (items.has(type))
      throw new GpuError('GPU_REPORT_FIELD_MISSING', undefined, {
        details: { path: 'opaque', expected: 'each type once', actual: type },
      })
    items.set(type, value)
  }
  return items
}

/** Text that ends at its first NUL; anything but printable ASCII shows as hexadecimal. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  const body = end === -1 ? bytes : bytes.subarray(0, end)
  return body.every((byte) => byte >= 0x20 && byte < 0x7f) ? decodeUtf8(body) : encodeHex(bytes)
}

/** The first half reversed, dotted, then the next byte. */
function vbiosOf(bytes: Uint8Array): string {
  if (bytes.length < 2 || bytes.length % 2 !== 0)
    throw malformed('opaque.vbiosVersion', 'an even number of bytes', bytes.length)
  const half = bytes.length / 2
  const parts = [...bytes.subarray(0, half).toReversed(), bytes[half]!]
  return parts.map((byte) => byte.toString(16).padStart(2, '0')).join('.')
}

function expectByte(path: string, expected: number, actual: number): void {
  if (actual !== expected) throw malformed(path, `0x${expected.toString(16)}`, `0x${actual.toString(16)}`)
}

function malformed(path: string, expected: unknown, actual: unknown): GpuError {
  return new GpuError('GPU_REPORT_MALFORMED', undefined, { details: { path, expected, actual } })
}
