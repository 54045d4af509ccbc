/** What LAUNCH_MEASURE returns, and what it must come to. */
import { concatBytes, encodeHex, equalSecrets, u32le } from '@veritee/codec/bytes'
import { hmacSm3, sm3 } from '@veritee/codec/sm'
import { type DirectBoot, encodeHashesTable } from '../../snp/measurement/hashes-table.ts'
import { refuse } from '../certificate/fields.ts'

const CONTEXT = 0x04

/** What a launch measurement is over. */
export interface LaunchMeasurement {
  /** Key of the session, 16 bytes. */
  readonly transportIntegrityKey: Uint8Array
  readonly apiMajor: number
  readonly apiMinor: number
  /** Firmware build, where the firmware counts it in. Default: it does not. */
  readonly build?: number
  readonly policy: number
  /** 32 bytes. */
  readonly launchDigest: Uint8Array
  /** 16 bytes that the firmware chose. */
  readonly mnonce: Uint8Array
}

/** The 32 bytes that the firmware must return. @throws EvidenceError CSV_LAUNCH_INVALID */
export function measureLaunch(measurement: LaunchMeasurement): Uint8Array {
  const { transportIntegrityKey, apiMajor, apiMinor, build, policy, launchDigest, mnonce } = measurement
  expectSize('launchDigest', launchDigest, 32)
  expectSize('mnonce', mnonce, 16)
  expectSize('transportIntegrityKey', transportIntegrityKey, 16)
  const version = Uint8Array.of(apiMajor, apiMinor, ...(build === undefined ? [] : [build]))
  return hmacSm3(transportIntegrityKey, Uint8Array.of(CONTEXT), version, u32le(policy), launchDigest, mnonce)
}

/**
 * Checks what the host says the firmware measured, before any secret is sent.
 *
 * @param answer measurement and nonce as LAUNCH_MEASURE returns them, 48 bytes
 * @throws EvidenceError CSV_LAUNCH_INVALID, CSV_LAUNCH_MISMATCH
 */
export function verifyLaunchMeasurement(answer: Uint8Array, expected: Omit<LaunchMeasurement, 'mnonce'>): void {
  expectSize('answer', answer, 48)
  const own = measureLaunch({ ...expected, mnonce: answer.subarray(32) })
  if (!equalSecrets(own, answer.subarray(0, 32)))
    throw refuse('CSV_LAUNCH_MISMATCH', 'measure', encodeHex(own), encodeHex(answer.subarray(0, 32)))
}

/**
 * The launch digest of a CSV guest of the first generation: SM3 over the firmware and, with a kernel, its table of hashes.
 *
 * Not covered: the second generation, which adds processor states, and the third, whose formula is not public.
 */
export function digestCsvLaunch(firmware: Uint8Array, boot?: DirectBoot): Uint8Array {
  return sm3(...(boot === undefined ? [firmware] : [concatBytes(firmware, encodeHashesTable(boot))]))
}

function expectSize(path: string, bytes: Uint8Array, sizeBytes: number): void {
  if (bytes.length !== sizeBytes) throw refuse('CSV_LAUNCH_INVALID', path, `${sizeBytes} bytes`, bytes.length)
}
