/** Which architecture a device is of: the sender says it beside the report, the certificates name the chip. */
import type { X509Certificate } from '@veritee/codec/x509'
import { GpuError } from './codes.ts'

/** Beginnings of chip names, as the vendor's certificates carry them. */
const CHIPS: Readonly<Record<string, string>> = { GH: 'HOPPER', GB: 'BLACKWELL', LS: 'LS10' }
const CHIP_NAME = /\b(GH|GB|LS)[0-9]{2,3}\b/
/** What a report that came without any words about it is said to be. */
const UNSAID = 'unknown'

/**
 * The architecture that the certificates of a device name, or undefined where they name no chip that is known.
 *
 * @throws EvidenceError GPU_ARCHITECTURE_MISMATCH where the sender says another
 */
export function findArchitecture(chain: readonly X509Certificate[], stated: string): string | undefined {
  const names = chain.map(({ subject }) => subject.commonName ?? '')
  const chip = names.map((name) => CHIP_NAME.exec(name)?.[1]).find((found) => found !== undefined)
  const architecture = chip === undefined ? undefined : CHIPS[chip]
  if (architecture === undefined || stated === UNSAID || stated.toUpperCase() === architecture) return architecture
  throw new GpuError('GPU_ARCHITECTURE_MISMATCH', undefined, {
    details: { path: 'arch', expected: architecture, actual: stated },
  })
}
