/** Which keys may sign tokens. */
import type { PublicKey } from '@veritee/codec/signature'
import type { X509Certificate } from '@veritee/codec/x509'
import { AppraisalError } from '../errors.ts'
import { isEndorsed, parseAnchors } from './chain.ts'
import type { TokenHeader } from './compact.ts'
import { parseTokenKey, type TokenKey } from './jwk.ts'
import type { TokenJwk } from './types.ts'

/** Trusted keys, read once; made by {@link createTokenTrust}. */
export interface TokenTrust {
  readonly keys: readonly TokenKey[]
  readonly anchors: readonly X509Certificate[]
}

export interface TokenTrustInput {
  /** Public keys pinned by themselves. */
  readonly keys?: readonly TokenJwk[]
  /** Certificates that may endorse keys inside tokens, PEM or DER. */
  readonly certificates?: readonly (string | Uint8Array)[]
}

/**
 * Reads what is trusted. There is no switch to believe the key inside a token: at least one key or certificate must be
 * given. Throws APPRAISAL_TOKEN_KEY_INVALID.
 */
export function createTokenTrust({ keys = [], certificates = [] }: TokenTrustInput): TokenTrust {
  const trust = {
    keys: keys.map((jwk, index) => parseTokenKey(jwk, 'APPRAISAL_TOKEN_KEY_INVALID', `trust.keys.${index}`)),
    anchors: parseAnchors(certificates),
  }
  if (trust.keys.length + trust.anchors.length > 0) return trust
  throw new AppraisalError('APPRAISAL_TOKEN_KEY_INVALID', 'No key and no certificate is trusted to sign tokens.', {
    details: { path: 'trust', expected: 'at least one key or certificate', actual: 'none' },
  })
}

/** The key that a token is to be verified with, and why it is trusted. */
export interface ChosenKey {
  readonly key: PublicKey
  readonly algorithm: TokenKey['algorithm']
  readonly thumbprint: string
  readonly trustedBy: 'pinned' | 'certificate'
}

/**
 * Finds the key of a token. A key inside the token is a hint: it counts only if the very same key is pinned, or if its
 * chain ends in a trusted certificate; and a `kid` beside it must not name another.
 *
 * Throws APPRAISAL_TOKEN_KEY_UNTRUSTED and APPRAISAL_TOKEN_KEY_UNKNOWN.
 */
export async function findTokenKey(header: TokenHeader, trust: TokenTrust, now: number): Promise<ChosenKey> {
  const named = header.kid === undefined ? undefined : trust.keys.filter((key) => isNamed(key, header.kid!))
  if (header.jwk !== undefined) return await findEmbedded(header.jwk, named, trust, now)
  const [key, ...others] = named ?? trust.keys
  if (key !== undefined && others.length === 0) return { ...key, trustedBy: 'pinned' }
  throw new AppraisalError('APPRAISAL_TOKEN_KEY_UNKNOWN', undefined, {
    details: {
      path: 'header.kid',
      expected: trust.keys.map(({ kid, thumbprint }) => kid ?? thumbprint),
      actual: header.kid ?? 'absent',
    },
  })
}

function isNamed({ kid, thumbprint }: TokenKey, name: string): boolean {
  return kid === name || thumbprint === name
}

async function findEmbedded(
  jwk: TokenJwk,
  named: readonly TokenKey[] | undefined,
  trust: TokenTrust,
  now: number,
): Promise<ChosenKey> {
  const embedded = parseTokenKey(jwk, 'APPRAISAL_TOKEN_KEY_UNTRUSTED', 'header.jwk')
  const pinned = trust.keys.find(({ thumbprint }) => thumbprint === embedded.thumbprint)
  const isOther = named !== undefined && named.length > 0 && !named.includes(pinned as TokenKey)
  if (pinned !== undefined && !isOther) return { ...pinned, trustedBy: 'pinned' }
  if (!isOther && (await isEndorsed(jwk['x5c'], embedded.key, trust.anchors, now))) {
    return { ...embedded, trustedBy: 'certificate' }
  }
  throw new AppraisalError('APPRAISAL_TOKEN_KEY_UNTRUSTED', undefined, {
    details: {
      path: 'header.jwk',
      expected: [
        ...trust.keys.map(({ thumbprint }) => thumbprint),
        ...trust.anchors.map(({ subject }) => `a chain to ${subject.toString()}`),
      ],
      actual: embedded.thumbprint,
    },
  })
}
