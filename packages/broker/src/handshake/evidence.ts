/** What each piece of evidence of an attestation must carry. */
import { digestInitData } from '../binding/init-data.ts'
import { bindDevice, bindPrimary } from '../binding/report-data.ts'
import type { Attestation } from '../protocol/types.ts'
import type { HandshakeState } from './cookie.ts'
import type { BoundEvidence } from './types.ts'

/** Primary evidence first, bound with everything beside it; then each device, bound to nonce and key. */
export function bindEvidence(attestation: Attestation, state: HandshakeState): [BoundEvidence, ...BoundEvidence[]] {
  const { teePublicKey, primaryEvidence, additionalEvidence = '', devices, initData } = attestation
  const { version, hash, nonce, tee } = state
  const primary: BoundEvidence = {
    role: 'primary',
    tee,
    evidence: primaryEvidence,
    ...bindPrimary({ version, hash, nonce, teePublicKey, additionalEvidence }),
    ...(initData === undefined ? {} : { initData: { body: initData.body, digests: digestInitData(initData.body) } }),
  }
  const deviceBinding = bindDevice({ hash, nonce, teePublicKey })
  const bound = devices.map((device): BoundEvidence => ({ role: 'device', ...device, ...deviceBinding }))
  return [primary, ...bound]
}
