import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { verifySignature } from '@veritee/codec/signature'
import { Checks } from '../result/checks.ts'
import type { Check, Verified } from '../result/index.ts'
import { sealVerified } from '../result/seal.ts'
import { findArchitecture } from './architecture.ts'
import { checkFirmwareId, parseChain, verifyChain } from './chain.ts'
import { GpuError } from './codes.ts'
import { type GpuRoot, NVIDIA_ROOT } from './roots.ts'
import type { GpuDevice } from './types.ts'

/** What a caller trusts, and when. */
export interface GpuTrust {
  /** Epoch seconds. */
  readonly now: number
  /** Defaults to the vendor's pinned root key. */
  readonly roots?: readonly GpuRoot[]
}

/** The outcome of verifying the report of one device. */
export interface GpuVerification {
  /** As it came, with the architecture that its certificates name where they name one. */
  readonly device: GpuDevice
  /** SHA-256 of the SPKI of the key that signed: no two devices share one. */
  readonly keyDigest: Uint8Array
  readonly checks: readonly Check[]
  readonly expiresAt: number
  readonly simulated: boolean
  readonly root: string
}

/** A verified device report. */
export type VerifiedGpu = Verified<GpuVerification>

/**
 * Establishes that a device of the vendor signed the report with the firmware its certificate was issued for.
 *
 * Not checked here, and said as skipped: revocation of the device certificates, and the vendor's reference values for the
 * measurements. The nonce is a judgement of the caller.
 *
 * @throws EvidenceError GPU_*, with the checks made so far in `details.checks`
 */
export async function verifyGpuDevice(device: GpuDevice, trust: GpuTrust): Promise<VerifiedGpu> {
  const { report } = device
  const checks = new Checks()
  const chain = checks.check('gpu.chain', () => parseChain(device.chain))
  const root = await checks.wait('gpu.chain.signatures', () =>
    verifyChain(chain, trust.roots ?? [NVIDIA_ROOT], trust.now),
  )
  checks.check('gpu.firmwareId', () => checkFirmwareId(chain[0]!, report.firmwareId))
  await checks.wait('gpu.signature', async () => {
    const scheme = { scheme: 'ecdsa', hash: 'sha384', format: 'raw' } as const
    if (await verifySignature(chain[0]!.publicKey, scheme, report.signedBytes, report.signature)) return
    throw new GpuError('GPU_SIGNATURE_INVALID', undefined, { details: { path: 'signature' } })
  })
  const architecture = checks.check('gpu.architecture', () => findArchitecture(chain, device.architecture))
  const unsigned = [...(architecture === undefined ? ['arch'] : []), ...(device.uuid === undefined ? [] : ['uuid'])]
  if (unsigned.length > 0) {
    const message = `Nothing that is signed states ${unsigned.join(' and ')}: it is what the sender says.`
    checks.skip('gpu.sender', 'GPU_SENDER_UNCHECKED', message)
  }
  checks.skip('gpu.revocation', 'GPU_REVOCATION_UNCHECKED', 'No revocation service was asked.')
  checks.skip(
    'gpu.reference',
    'GPU_REFERENCE_UNCHECKED',
    'The measurements were not compared with reference values of the vendor.',
  )
  return sealVerified({
    device: architecture === undefined ? device : { ...device, architecture },
    keyDigest: digest('sha256', chain[0]!.publicKey.spki),
    checks: checks.made,
    expiresAt: Math.min(...chain.map((certificate) => certificate.notAfter)),
    simulated: root.simulated,
    root: root.name,
  })
}

/**
 * One device must not count as several: each report of a machine is signed with another key.
 *
 * @throws EvidenceError GPU_DEVICE_REPEATED
 */
export function checkDistinctDevices(devices: readonly Pick<VerifiedGpu, 'keyDigest'>[]): void {
  const repeated = devices.findIndex(({ keyDigest }, index) =>
    devices.slice(0, index).some((other) => equalBytes(other.keyDigest, keyDigest)),
  )
  if (repeated === -1) return
  throw new GpuError('GPU_DEVICE_REPEATED', undefined, {
    details: {
      path: `device_evidence_list[${repeated}]`,
      expected: 'a device of its own',
      actual: encodeHex(devices[repeated]!.keyDigest),
    },
  })
}
