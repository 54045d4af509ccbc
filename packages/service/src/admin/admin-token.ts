import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { encodeBase64Url, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { jwtVerify, SignJWT } from 'jose'
import { JWTExpired } from 'jose/errors'
import { ServiceError } from '../errors.ts'

/** An administrator's token lives this long at most where nobody says otherwise. */
export const ADMIN_TOKEN_SECONDS = 3600
/** Longer ones are made and taken by nobody. */
export const ADMIN_TOKEN_MAX_SECONDS = 86_400
const LEEWAY_SECONDS = 60

/** Who an administrator's token names; absent in tokens that carry no `sub`. */
export interface Administrator {
  readonly subject?: string
  /** When the token ends, epoch seconds. */
  readonly expiresAt: number
}

/** Names an Ed25519 key: its RFC 7638 thumbprint, the `kid` of the tokens that it signs. */
export function identifyAdminKey(key: KeyObject): string {
  const { crv, kty, x } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' })
  return encodeBase64Url(digest('sha256', encodeUtf8(JSON.stringify({ crv, kty, x }))))
}

/**
 * Checks an administrator's token: a JWT signed with EdDSA by the admin key, whose `exp` is set, not past, and at most
 * `maxSeconds` ahead and behind `iat` where there is one (60 s of leeway each way). What the key may do is not looked at here.
 *
 * @param now epoch seconds
 * @throws ServiceError SERVICE_ADMIN_TOKEN_INVALID, SERVICE_ADMIN_TOKEN_EXPIRED
 */
export async function verifyAdminToken(
  token: string,
  publicKey: KeyObject,
  now: number,
  maxSeconds: number = ADMIN_TOKEN_SECONDS,
): Promise<Administrator> {
  const { payload } = await jwtVerify(token, publicKey, {
    algorithms: ['EdDSA'],
    clockTolerance: LEEWAY_SECONDS,
    currentDate: new Date(now * 1000),
    requiredClaims: ['exp'],
  }).catch((cause: Error) => {
    const code = cause instanceof JWTExpired ? 'SERVICE_ADMIN_TOKEN_EXPIRED' : 'SERVICE_ADMIN_TOKEN_INVALID'
    throw new ServiceError(code, undefined, { cause, details: { path: 'authorization', reason: cause.message } })
  })
  // Counted from `iat` too: one that was made long ahead would be good in its last hour.
  const { iat = now } = payload
  const latest = Math.min(now, iat) + maxSeconds + LEEWAY_SECONDS
  if ((payload.exp as number) > latest) {
    const text = `The administrator token lives longer than ${maxSeconds} seconds.`
    throw new ServiceError('SERVICE_ADMIN_TOKEN_INVALID', text, {
      details: { path: 'authorization.exp', expected: `at most ${latest}`, actual: payload.exp },
    })
  }
  const expiresAt = payload.exp as number
  return payload.sub === undefined ? { expiresAt } : { subject: payload.sub, expiresAt }
}

/**
 * Signs an administrator's token.
 *
 * @param privateKeyPem Ed25519, PKCS#8 PEM: the content of `admin.pem`
 * @param options.now epoch seconds
 * @param options.lifetimeSeconds default 300, at most 86,400; a service takes 3600 unless its configuration says otherwise
 */
export async function createAdminToken(
  privateKeyPem: string,
  options: { now: number; lifetimeSeconds?: number; subject?: string },
): Promise<string> {
  const { now, lifetimeSeconds = 300, subject } = options
  let key: KeyObject
  try {
    key = createPrivateKey(privateKeyPem)
  } catch {
    // The library's message may quote the text: it is left out.
    throw new ServiceError('SERVICE_KEY_INVALID', 'The admin key is no private key in PEM.')
  }
  const jwt = new SignJWT(subject === undefined ? {} : { sub: subject })
  return jwt
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: identifyAdminKey(key) })
    .setIssuedAt(now)
    .setExpirationTime(now + Math.min(lifetimeSeconds, ADMIN_TOKEN_MAX_SECONDS))
    .sign(key)
}
