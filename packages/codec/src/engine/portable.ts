import { ed25519 } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { concatBytes } from '../bytes/compare.ts'
import { CodecError } from '../errors.ts'
import type { PublicKey } from '../signature/public-key.ts'
import type { NormalizedScheme } from '../signature/scheme.ts'
import { hashes } from './noble-hashes.ts'
import { verifyRsaPkcs1, verifyRsaPss } from './rsa.ts'

export { hashes }

const CURVES = { 'P-256': p256, 'P-384': p384, 'P-521': p521 } as const

/** Verification in plain JavaScript: no runtime support needed, and synchronous. */
export function verifyNormalized(
  key: PublicKey,
  scheme: NormalizedScheme,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  switch (scheme.scheme) {
    case 'ecdsa': {
      const { curve, point } = key
      if (curve === undefined || point === undefined || curve === 'SM2') throw new CodecError('CODEC_KEY_UNSUPPORTED')
      const publicKey = concatBytes(Uint8Array.of(4), point)
      return CURVES[curve].verify(signature, hashes.digest(scheme.hash, [data]), publicKey, {
        prehash: false,
        lowS: false,
        format: 'compact',
      })
    }
    case 'rsa-pkcs1':
      return verifyRsaPkcs1(key, scheme.hash, hashes.digest(scheme.hash, [data]), signature)
    case 'rsa-pss':
      return verifyRsaPss(key, scheme.hash, scheme.saltBytes, hashes.digest(scheme.hash, [data]), signature)
    case 'ed25519':
      return verifyEd25519(key.raw!, data, signature)
  }
}

function verifyEd25519(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, data, publicKey, { zip215: false })
  } catch {
    // The only inputs left are bytes of the right lengths; one that is no point makes no valid signature.
    return false
  }
}
