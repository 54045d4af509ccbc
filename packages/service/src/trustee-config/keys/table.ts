import { ATTESTATION_KEYS } from './attestation-keys.ts'
import { BROKER_KEYS } from './broker-keys.ts'
import { GATEWAY_KEYS } from './gateway-keys.ts'
import type { TrusteeFile, TrusteeKey } from './key.ts'
import { REFERENCE_KEYS } from './reference-keys.ts'

/** Every key that the older files may have, by file. A key that is not here is an error. */
export const TRUSTEE_KEYS: Readonly<Record<TrusteeFile, readonly TrusteeKey[]>> = {
  'gateway.yml': GATEWAY_KEYS,
  'kbs-config.toml': BROKER_KEYS,
  'as-config.json': ATTESTATION_KEYS,
  'rvps.json': REFERENCE_KEYS,
}
