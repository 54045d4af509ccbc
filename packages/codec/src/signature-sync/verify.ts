import { verifyNormalized } from '#engine-sync'
import { normalizeScheme, normalizeSignature } from '../signature/normalize.ts'
import type { PublicKey } from '../signature/public-key.ts'
import type { SignatureScheme } from '../signature/scheme.ts'

/**
 * As `verifySignature`, but synchronous in every runtime: OpenSSL in Node, plain JavaScript in browsers, which is some
 * thirty times slower there and adds the curves to the bundle.
 */
export function verifySignatureSync(
  key: PublicKey,
  scheme: SignatureScheme,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const normalScheme = normalizeScheme(key, scheme)
  const normal = normalizeSignature(key, scheme, signature)
  return normal === undefined ? false : verifyNormalized(key, normalScheme, data, normal)
}
