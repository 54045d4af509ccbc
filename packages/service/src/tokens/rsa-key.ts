import { createPublicKey, type KeyObject } from 'node:crypto'
import type { RotatingKey } from '../keys/index.ts'

/** An RSA key that signs, with its public half as a JSON Web Key. */
export interface RsaSigner {
  readonly key: KeyObject
  readonly publicJwk: { readonly [name: string]: string }
}

/** @param algorithm what it signs with */
export function createRsaSigner({ id, key }: RotatingKey<KeyObject>, algorithm: 'RS256' | 'RS384'): RsaSigner {
  const { e = '', kty = '', n = '' } = createPublicKey(key).export({ format: 'jwk' })
  return { key, publicJwk: { alg: algorithm, e, kty, n, kid: id } }
}
