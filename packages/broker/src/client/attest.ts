/** The client side of the protocol, inside the TEE and without HTTP. */
import { DEFAULT_HASH } from '../binding/hash.ts'
import { createBaseRuntimeData, createPrimaryRuntimeData, digestRuntimeData } from '../binding/report-data.ts'
import { encodeAttestation } from '../protocol/attestation.ts'
import type { Challenge, InitData, TeeName, TeePublicKey } from '../protocol/types.ts'

/** Makes evidence that carries the digest, right-padded with zeros in its report data field. */
export type EvidenceMaker = (reportData: Uint8Array) => Promise<unknown> | unknown

/** What answers a challenge. */
export interface AttestationParts {
  readonly challenge: Challenge
  readonly teePublicKey: TeePublicKey
  /** Evidence JSON of the machine, such as `{quote, cc_eventlog}`. */
  readonly attest: EvidenceMaker
  /** Evidence of devices; made first, because the machine's own evidence binds it. */
  readonly devices?: readonly { readonly tee: TeeName; readonly attest: EvidenceMaker }[]
  readonly initData?: InitData
}

/**
 * Answers a challenge: makes the evidence bound to nonce and key, and writes the body of POST /attest (0.4.0). Obeys the
 * hash that the challenge selected. Throws what the makers throw.
 */
export async function createAttestation(parts: AttestationParts): Promise<string> {
  const { challenge, teePublicKey, attest, devices = [], initData } = parts
  const { nonce, selectedHash = DEFAULT_HASH } = challenge
  const additionalEvidence = await collectDevices(devices, () =>
    digestRuntimeData(createBaseRuntimeData(nonce, teePublicKey), selectedHash),
  )
  const runtimeData = createPrimaryRuntimeData(nonce, teePublicKey, additionalEvidence)
  const primaryEvidence = await attest(digestRuntimeData(runtimeData, selectedHash))
  return encodeAttestation({
    nonce,
    teePublicKey,
    primaryEvidence,
    additionalEvidence,
    ...(initData === undefined ? {} : { initData }),
  })
}

/** The text that is hashed as it stands; empty without devices. */
async function collectDevices(
  devices: NonNullable<AttestationParts['devices']>,
  createReportData: () => Uint8Array,
): Promise<string> {
  if (devices.length === 0) return ''
  const evidence: Record<string, unknown> = {}
  for (const { tee, attest } of devices) evidence[tee] = await attest(createReportData())
  return JSON.stringify(evidence)
}
