/** The key pair inside the TEE: its public half is attested, its private half opens secrets. */
import { BrokerError } from '../errors.ts'
import { parseTeePublicKey } from '../protocol/tee-key.ts'
import type { EcTeePublicKey, RsaTeePublicKey, TeePublicKey } from '../protocol/types.ts'

/** A private key that opens secrets, with its public half exactly as it is attested. */
export type TeePrivateKey =
  | { readonly kind: 'ec'; readonly publicKey: EcTeePublicKey; readonly privateKey: CryptoKey }
  | { readonly kind: 'rsa-oaep'; readonly publicKey: RsaTeePublicKey; readonly privateKey: CryptoKey }
  | {
      /** Deprecated: runtimes do not open it, so the numbers themselves are held. */
      readonly kind: 'rsa1-5'
      readonly publicKey: RsaTeePublicKey
      readonly numbers: { readonly n: string; readonly e: string; readonly d: string }
    }

export interface TeeKeyOptions {
  readonly curve?: 'P-256' | 'P-521'
}

/** Makes a fresh EC key for one handshake; the private half cannot be exported. */
export async function createTeeKey({ curve = 'P-256' }: TeeKeyOptions = {}): Promise<TeePrivateKey> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: curve }, false, ['deriveBits'])
  const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  return {
    kind: 'ec',
    publicKey: { kty: 'EC', crv: curve, alg: 'ECDH-ES+A256KW', x, y },
    privateKey: pair.privateKey,
  }
}

/** A private key as JWK. Its `alg` decides how secrets are wrapped. */
export type TeePrivateJwk = TeePublicKey & {
  readonly d: string
  readonly p?: string
  readonly q?: string
  readonly dp?: string
  readonly dq?: string
  readonly qi?: string
}

/** Imports a private key. Throws BROKER_TEE_KEY_INVALID, with nothing of the key in it. */
export async function importTeeKey(jwk: TeePrivateJwk): Promise<TeePrivateKey> {
  const publicKey = parseTeePublicKey(jwk)
  try {
    if (publicKey.kty === 'EC') {
      const { kty, crv, x, y } = publicKey
      const algorithm = { name: 'ECDH', namedCurve: crv }
      const key = { kty, crv, x, y, d: jwk.d }
      return {
        kind: 'ec',
        publicKey,
        privateKey: await crypto.subtle.importKey('jwk', key, algorithm, false, ['deriveBits']),
      }
    }
    const { n, e } = publicKey
    if (publicKey.alg === 'RSA1_5') return { kind: 'rsa1-5', publicKey, numbers: { n, e, d: jwk.d } }
    const { d, p, q, dp, dq, qi } = jwk
    const key = { kty: 'RSA', n, e, d, p, q, dp, dq, qi } as JsonWebKey
    const algorithm = { name: 'RSA-OAEP', hash: 'SHA-256' }
    return {
      kind: 'rsa-oaep',
      publicKey,
      privateKey: await crypto.subtle.importKey('jwk', key, algorithm, false, ['decrypt']),
    }
  } catch {
    throw new BrokerError('BROKER_TEE_KEY_INVALID', 'The private key of the TEE cannot be imported.', {
      details: { path: 'tee-key' },
    })
  }
}
