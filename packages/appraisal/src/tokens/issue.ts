/** Issuing EAR tokens. */
import { encodeBase64, encodeBase64Url, encodeUtf8 } from '@veritee/codec/bytes'
import { importPublicKey, verifySignature } from '@veritee/codec/signature'
import { AppraisalError } from '../errors.ts'
import { composeEarClaims, type EarContent } from './ear.ts'
import { computeThumbprint, parseTokenKey } from './jwk.ts'
import type { TokenJwk } from './types.ts'

/** The key of an issuer; made by {@link createTokenSigner}. */
export interface TokenSigner {
  /** Public half, with `alg` and `kid` (its RFC 7638 thumbprint): what verifiers pin. */
  readonly publicJwk: TokenJwk
  readonly sign: SignEs256
}

/** Signs bytes with an ECDSA P-256 key and SHA-256: r then s, 64 bytes. The key may be anywhere. */
export type SignEs256 = (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>

export interface TokenSignerInput {
  readonly sign: SignEs256
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
  sign,
  publicJwk,
  certificates = [],
}: TokenSignerInput): Promise<TokenSigner> {
  const { kty, crv, x, y } = publicJwk
  const bare = { alg: 'ES256', kty, crv, x, y }
  parseTokenKey(bare, 'APPRAISAL_TOKEN_KEY_INVALID', 'publicJwk')
  await expectPair(sign, bare)
  const x5c = certificates.map(encodeBase64)
  return {
    publicJwk: { ...bare, kid: computeThumbprint(bare), ...(x5c.length === 0 ? {} : { x5c }) },
    sign,
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
  const sign = async (bytes: Uint8Array) =>
    new Uint8Array(await crypto.subtle.sign(ALGORITHM, privateKey, new Uint8Array(bytes)))
  return await createTokenSigner({ sign, publicJwk: { kty, crv, x, y } })
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
  const signature = await signer.sign(encodeUtf8(text))
  return { token: `${text}.${encodeBase64Url(signature)}`, id, expiresAt: claims['exp'] as number }
}

function encodeMember(value: unknown): string {
  return encodeBase64Url(encodeUtf8(JSON.stringify(value)))
}

async function expectPair(sign: SignEs256, publicJwk: TokenJwk): Promise<void> {
  const probe = encodeUtf8('a key that signs for its public half')
  try {
    const key = importPublicKey({ kind: 'jwk', jwk: publicJwk })
    if (await verifySignature(key, { scheme: 'ecdsa', hash: 'sha256', format: 'raw' }, probe, await sign(probe))) return
  } catch {
    // Told below, with nothing of the key.
  }
  throw new AppraisalError(
    'APPRAISAL_TOKEN_KEY_INVALID',
    'The private key and the public key do not belong together.',
    {
      details: { path: 'sign', expected: 'signatures of the public key, ECDSA P-256 with SHA-256' },
    },
  )
}
