/** Attestation tokens: what is trusted, what is asked, and what a verified token says. */
import type { Claims } from '@veritee/evidence/result'

/** A public JSON Web Key as trust configurations and token headers hold it. */
export type TokenJwk = { readonly [name: string]: unknown }

/** Algorithms that tokens may be signed with. */
export type TokenAlgorithm = 'ES256' | 'ES384' | 'RS256' | 'RS384'

/** What a verifier of tokens asks. */
export interface TokenQuestions {
  /** Epoch seconds. */
  readonly now: number
  /** Tolerance on `exp` and `nbf`, seconds; default 60, as other brokers have it. */
  readonly leewaySeconds?: number
  /**
   * Who the token must be for. A token for somebody (`aud`) is refused by whoever does not name that audience; a token
   * for nobody is refused where an audience is named, unless `allowMissingAudience`.
   */
  readonly audience?: string
  /** Accept tokens without `aud`, as other attestation services issue them. Default false. */
  readonly allowMissingAudience?: boolean
  /** Who must have issued it (`iss`). Default anyone with a trusted key. */
  readonly issuer?: string
  /** The nonce that was attested. */
  readonly nonce?: string
  /** Further JSON pointers to the TEE key, tried first. */
  readonly teeKeyPointers?: readonly string[]
}

/** EAR tokens judge submodules; Simple tokens carry flat claims; others are only known to be signed. */
export type TokenKind = 'ear' | 'simple' | 'other'

declare const verifiedBrand: unique symbol

/** A token whose signature, key, times, audience and nonce were checked. Only `verifyToken` makes one. */
export interface VerifiedToken {
  readonly [verifiedBrand]: true
  readonly kind: TokenKind
  readonly claims: Claims
  /** The TEE key as it stands in the token; absent if it carries none. */
  readonly teePublicKey?: TokenJwk
  /** RFC 7638 thumbprint (SHA-256, base64url) of the key that signed it. */
  readonly keyThumbprint: string
  /** How the key is trusted. */
  readonly trustedBy: 'pinned' | 'certificate'
  readonly algorithm: TokenAlgorithm
  readonly id?: string
  readonly issuer?: string
  readonly audience?: readonly string[]
  readonly nonce?: string
  /** Epoch seconds. */
  readonly issuedAt?: number
  /** Epoch seconds. */
  readonly expiresAt: number
  /** True if a judgement in the token rests on a simulated root. */
  readonly simulated: boolean
}
