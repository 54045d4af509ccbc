import { decodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { SimulatorError } from '../../errors.ts'

/** Bytes of a field, or their hexadecimal digits. */
export type FieldValue = Uint8Array | string

/** The bytes of a field that has exactly `sizeBytes`. Throws SIMULATOR_VALUE_INVALID. */
export function readField(name: string, value: FieldValue, sizeBytes: number): Uint8Array {
  const bytes = readBytes(name, value)
  if (bytes.length !== sizeBytes) throw unfit(name, sizeBytes, bytes.length)
  return bytes
}

/** Report data: up to 64 bytes, zeros behind them as every attester does. Throws SIMULATOR_VALUE_INVALID. */
export function readReportData(value: FieldValue): Uint8Array {
  const bytes = readBytes('reportData', value)
  if (bytes.length > 64) throw unfit('reportData', 'at most 64', bytes.length)
  const padded = new Uint8Array(64)
  padded.set(bytes)
  return padded
}

/** A measurement that is the same in every world and is nobody's: SHA-384 of a sentence, or as much of it as fits. */
export function simulatedMeasurement(name: string, sizeBytes: number): Uint8Array {
  return digest('sha384', encodeUtf8(`veritee simulated ${name}`)).slice(0, sizeBytes)
}

function readBytes(name: string, value: FieldValue): Uint8Array {
  if (typeof value !== 'string') return value
  try {
    return decodeHex(value)
  } catch (cause) {
    throw new SimulatorError('SIMULATOR_VALUE_INVALID', undefined, {
      details: { path: name, expected: 'hexadecimal digits' },
      cause,
    })
  }
}

function unfit(name: string, expected: unknown, actual: unknown): SimulatorError {
  return new SimulatorError('SIMULATOR_VALUE_INVALID', undefined, { details: { path: name, expected, actual } })
}
