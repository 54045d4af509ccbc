/** Issuing EAR tokens. */
import { encodeBase64, encodeBase64Url, encodeUtf8 } from '@veritee/codec/bytes'
import { AppraisalError } from '../errors.ts'
import { composeEarClaims, type EarContent } from './ear.ts'
import { computeThumbprint, parseTokenKey } from './jwk.ts'
import type { TokenJwk } from './types.ts'

/** The key of an issuer; made by {@link createTokenSigner}. */
export interface TokenSigner {
  /** Public half, with `alg` and `kid` (its RFC 7638 thumbprint): what verifiers pin. */
  readonly publicJwk: TokenJwk
  readonly privateKey: CryptoKey
}

export interface TokenSignerInput {
  /** ES256 signing key, usage `sign`. */
  readonly privateKey: CryptoKey
  /** Its public half: EC P-256. */
  readonly publicJwk: TokenJwk
  /** Certificates that endorse the key, DER, leaf first; put into the token's header. */
  readonly certificates?: readonly Uint8Array[]
}

const ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' } as const

/**
 * Makes a signer of EAR tokens from a P-256 key pair and makes sure that its halves belong together. Throws
 * APPRAISAL_TOKEN_KEY_INVALID.
 */
export async function createTokenSigner({
  privateKey,
  publicJwk,
  certificates = [],
}: TokenSignerInput): Promise<TokenSigner> {
  const { kty, crv, x, y } = publicJwk
  const bare = { alg: 'ES256', kty, crv, x, y }
  parseTokenKey(bare, 'APPRAISAL_TOKEN_KEY_INVALID', 'publicJwk')
  await expectPair(privateKey, bare)
  const x5c = certificates.map(encodeBase64)
  return {
    publicJwk: { ...bare, kid: computeThumbprint(bare), ...(x5c.length === 0 ? {} : { x5c }) },
    privateKey,
  }
}

/** Makes a signer from a private key as JWK. Throws APPRAISAL_TOKEN_KEY_INVALID, with nothing of the key in it. */
export async function importTokenSigner(privateJwk: TokenJwk): Promise<TokenSigner> {
  const { kty, crv, x, y, d } = privateJwk
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  let privateKey: CryptoKey
  try {
    privateKey = await crypto.subtle.importKey('jwk', { kty, crv, x, y, d } as JsonWebKey, algorithm, false, ['sign'])
  } catch {
    throw new AppraisalError('APPRAISAL_TOKEN_KEY_INVALID', undefined, {
      details: { path: 'privateJwk', expected: 'a private key on P-256' },
    })
  }
  return await createTokenSigner({ privateKey, publicJwk: { kty, crv, x, y } })
}

/** A token and what has to be known about it without reading it. */
export interface IssuedToken {
  readonly token: string
  readonly id: string
  /** Epoch seconds. */
  readonly expiresAt: number
}

/**
 * Issues an EAR token, ES256: for one audience, one nonce and five minutes unless told otherwise. Throws
 * APPRAISAL_TOKEN_INPUT_INVALID.
 */
export async function issueEarToken(content: EarContent, signer: TokenSigner): Promise<IssuedToken> {
  const id = content.id ?? encodeBase64Url(crypto.getRandomValues(new Uint8Array(16)))
  const claims = composeEarClaims({ ...content, id })
  const { kid, ...jwk } = signer.publicJwk
  const header = { typ: 'JWT', alg: 'ES256', kid, jwk }
  const text = `${encodeMember(header)}.${encodeMember(claims)}`
  const signature = await crypto.subtle.sign(ALGORITHM, signer.privateKey, encode(text))
  return { token: `${text}.${encodeBase64Url(new Uint8Array(signature))}`, id, expiresAt: claims['exp'] as number }
}

function encodeMember(value: unknown): string {
  return encodeBase64Url(encodeUtf8(JSON.stringify(value)))
}

async function expectPair(privateKey: CryptoKey, publicJwk: TokenJwk): Promise<void> {
  const probe = encode('a key that signs for its public half')
  const { kty, crv, x, y } = publicJwk
  try {
    const key = { kty, crv, x, y } as JsonWebKey
    const publicKey = await crypto.subtle.importKey('jwk', key, { name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'verify',
    ])
    if (await crypto.subtle.verify(ALGORITHM, publicKey, await crypto.subtle.sign(ALGORITHM, privateKey, probe), probe))
      return
  } catch {
    // Told below, with nothing of the key.
  }
  throw new AppraisalError(
    'APPRAISAL_TOKEN_KEY_INVALID',
    'The private key and the public key do not belong together.',
    {
      details: { path: 'privateKey', expected: 'an ECDSA P-256 key with usage sign' },
    },
  )
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}
