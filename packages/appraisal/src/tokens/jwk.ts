/** Public keys of token issuers. */
import { encodeBase64Url, encodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { digest } from '@veritee/codec/hash'
import { canonicalizeJson } from '@veritee/codec/json'
import { importPublicKey, type PublicKey } from '@veritee/codec/signature'
import { AppraisalError, type AppraisalErrorCode } from '../errors.ts'
import { isKeyFor, isTokenAlgorithm } from './algorithm.ts'
import type { TokenAlgorithm, TokenJwk } from './types.ts'

/** A public key with its one algorithm. */
export interface TokenKey {
  readonly key: PublicKey
  readonly algorithm: TokenAlgorithm
  readonly thumbprint: string
  readonly kid?: string
}

const MEMBERS = { EC: ['crv', 'kty', 'x', 'y'], RSA: ['e', 'kty', 'n'] } as const

/**
 * Reads a public key. Its algorithm is the JWK's `alg`; an EC key without one has the algorithm of its curve. Throws
 * `code` for anything that cannot verify tokens, and for private keys where a public one belongs.
 */
export function parseTokenKey(jwk: TokenJwk, code: AppraisalErrorCode, path: string): TokenKey {
  const refuse = (expected: string, actual: unknown, cause?: unknown) =>
    new AppraisalError(code, undefined, {
      details: { path, expected, actual },
      ...(cause === undefined ? {} : { cause }),
    })
  if (jwk['kty'] !== 'EC' && jwk['kty'] !== 'RSA') throw refuse('an EC or RSA key', String(jwk['kty']).slice(0, 32))
  if (jwk['d'] !== undefined) throw refuse('a public key', 'a private key')
  if (jwk['use'] !== undefined && jwk['use'] !== 'sig') throw refuse('a key for signatures', 'a key for another use')
  let key: PublicKey
  try {
    key = importPublicKey({ kind: 'jwk', jwk })
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw refuse('a usable key', cause.message, cause)
  }
  const algorithm = jwk['alg'] ?? algorithmOfCurve(key)
  if (!isTokenAlgorithm(algorithm) || !isKeyFor(algorithm, key)) {
    throw refuse('`alg` ES256 on P-256, ES384 on P-384, or RS256 or RS384 of 2048 bits', String(algorithm).slice(0, 32))
  }
  const { kid } = jwk
  return {
    key,
    algorithm,
    thumbprint: computeThumbprint(jwk),
    ...(typeof kid === 'string' ? { kid } : {}),
  }
}

/** RFC 7638: SHA-256 over the canonical JSON of the required members, base64url. The JWK must be EC or RSA. */
export function computeThumbprint(jwk: TokenJwk): string {
  const names = MEMBERS[jwk['kty'] as keyof typeof MEMBERS]
  const members = Object.fromEntries(names.map((name) => [name, jwk[name]]))
  return encodeBase64Url(digest('sha256', encodeUtf8(canonicalizeJson(members))))
}

function algorithmOfCurve({ curve }: PublicKey): TokenAlgorithm | undefined {
  return curve === 'P-256' ? 'ES256' : curve === 'P-384' ? 'ES384' : undefined
}
