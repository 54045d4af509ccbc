/** Challenges of the attestation service: a nonce, and a token that says it is ours. */
import { randomBytes } from 'node:crypto'
import { decodeUtf8, encodeBase64, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { canonicalizeJson } from '@veritee/codec/json'
import { compactVerify, decodeProtectedHeader, SignJWT } from 'jose'
import { ServiceError } from '../errors.ts'
import type { Store } from '../store/index.ts'
import type { RsaSigner } from '../tokens/index.ts'

/** A nonce to attest, with the token that goes into the runtime data beside it. */
export interface IssuedChallenge {
  /** Base64 of 32 bytes. */
  readonly nonce: string
  readonly token: string
}

/** Issues challenges and takes their answers. */
export interface Challenges {
  issue(now: number): Promise<IssuedChallenge>
  /**
   * The nonce of a challenge token that stands in runtime data.
   *
   * @param runtimeData a nonce in it must be that of the token
   * @throws ServiceError SERVICE_CHALLENGE_INVALID
   */
  verify(token: string, runtimeData: Readonly<Record<string, unknown>>, path: string, now: number): Promise<string>
  /**
   * Uses challenges up. The same answer may be sent again, for a reply that was lost; another one may not.
   *
   * @param answer what came in answer, as a value
   * @throws ServiceError SERVICE_CHALLENGE_INVALID
   */
  claim(nonces: readonly string[], answer: unknown, now: number): Promise<void>
}

const LIFETIME_SECONDS = 300
const LEEWAY_SECONDS = 60
/** How long an answer to a challenge may be taken at most. */
export const CHALLENGE_SECONDS: number = LIFETIME_SECONDS + LEEWAY_SECONDS
const NONCE = /^[A-Za-z0-9+/]{43}=$/

/** @param signers keys whose challenges are good now, the one that signs first */
export function createChallenges(store: Store, signers: () => readonly [RsaSigner, ...RsaSigner[]]): Challenges {
  return {
    async issue(now) {
      const [{ key, publicJwk }] = signers()
      const nonce = encodeBase64(randomBytes(32))
      const token = await new SignJWT({ nonce, iat: now, exp: now + LIFETIME_SECONDS })
        .setProtectedHeader({ typ: 'JWT', alg: 'RS384', kid: publicJwk['kid'] as string })
        .sign(key)
      return { nonce, token }
    },
    async verify(token, runtimeData, path, now) {
      const { nonce, exp } = await readClaims(token, signers(), path)
      if (typeof nonce !== 'string' || !NONCE.test(nonce) || !Number.isSafeInteger(exp)) throw invalid(path, 'claims')
      if (now > (exp as number) + LEEWAY_SECONDS) throw invalid(path, 'expired')
      const given = runtimeData['nonce']
      if (given !== undefined && given !== nonce) throw invalid(path.replace(/challenge_token$/, 'nonce'), 'nonce')
      return nonce
    },
    async claim(nonces, answer, now) {
      const expiresAt = now + LIFETIME_SECONDS + 2 * LEEWAY_SECONDS
      const value = encodeHex(digest('sha256', encodeUtf8(canonicalizeJson(answer))))
      for (const nonce of new Set(nonces)) {
        const key = `challenge/${encodeHex(digest('sha256', encodeUtf8(nonce)))}`
        if ((await store.compareAndSet(key, 0, encodeUtf8(value), { expiresAt })) !== undefined) continue
        const used = await store.get(key)
        if (used === undefined || decodeUtf8(used.value) !== value) throw invalid('challenge_token', 'used before')
      }
    },
  }
}

async function readClaims(
  token: string,
  signers: readonly RsaSigner[],
  path: string,
): Promise<Record<string, unknown>> {
  try {
    const { kid } = decodeProtectedHeader(token)
    const signer = signers.find(({ publicJwk }) => kid === undefined || publicJwk['kid'] === kid)
    if (signer === undefined) throw new Error('The token is of a key that signs no challenges here.')
    const { payload } = await compactVerify(token, await importPublic(signer.publicJwk), { algorithms: ['RS384'] })
    return JSON.parse(decodeUtf8(payload)) as Record<string, unknown>
  } catch (cause) {
    throw invalid(path, 'signature', cause)
  }
}

async function importPublic(jwk: RsaSigner['publicJwk']): Promise<CryptoKey> {
  const { kty = '', n = '', e = '' } = jwk
  return crypto.subtle.importKey('jwk', { kty, n, e }, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' }, true, ['verify'])
}

function invalid(path: string, reason: string, cause?: unknown): ServiceError {
  return new ServiceError('SERVICE_CHALLENGE_INVALID', undefined, {
    ...(cause === undefined ? {} : { cause }),
    details: { path, reason },
  })
}
