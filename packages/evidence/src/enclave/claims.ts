import { encodeHex } from '@veritee/codec/bytes'
import type { Claims } from '../result/index.ts'
import type { EnclaveDocument } from './document.ts'

/** Claims under the key `enclave`; registers are `pcr0` to `pcr31`, bytes are hexadecimal. */
export function claimsOfEnclave({
  moduleId,
  timestampMs,
  digest,
  pcrs,
  publicKey,
  userData,
  nonce,
}: EnclaveDocument): Claims {
  return {
    module_id: moduleId,
    timestamp: timestampMs,
    digest,
    ...Object.fromEntries([...pcrs].map(([index, value]) => [`pcr${index}`, encodeHex(value)])),
    ...(publicKey === undefined ? {} : { public_key: encodeHex(publicKey) }),
    ...(userData === undefined ? {} : { user_data: encodeHex(userData) }),
    ...(nonce === undefined ? {} : { nonce: encodeHex(nonce) }),
  }
}
