import { verifyNormalized } from '#engine'
import { normalizeScheme, normalizeSignature } from './normalize.ts'
import type { PublicKey } from './public-key.ts'
import type { SignatureScheme } from './scheme.ts'

/**
 * Tells whether `signature` over `data` was made with the private half of `key`. A plain boolean in Node, a promise in
 * browsers: always `await` it. A malformed or out-of-range signature is simply false; a scheme that does not fit the
 * key throws `CODEC_SIGNATURE_UNSUPPORTED`. High s values of ECDSA are accepted, as FIPS 186-5 does.
 */
export function verifySignature(
  key: PublicKey,
  scheme: SignatureScheme,
  data: Uint8Array,
  signature: Uint8Array,
): boolean | Promise<boolean> {
  const normalScheme = normalizeScheme(key, scheme)
  const normal = normalizeSignature(key, scheme, signature)
  return normal === undefined ? false : verifyNormalized(key, normalScheme, data, normal)
}
