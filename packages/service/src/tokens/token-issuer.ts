import { type KeyObject, sign } from 'node:crypto'
import { AppraisalError } from '@veritee/appraisal'
import type { Judgement } from '@veritee/appraisal/judge'
import type { PolicyVerdict } from '@veritee/appraisal/policy'
import {
  createTokenSigner,
  createTokenTrust,
  type IssuedToken,
  issueEarToken,
  summarizeVector,
  type TokenJwk,
  type TokenSigner,
  type TokenTrust,
  type VerifiedToken,
  verifyToken,
} from '@veritee/appraisal/tokens'
import type { BoundEvidence } from '@veritee/broker/handshake'
import { parseTeePublicKey, type TeePublicKey } from '@veritee/broker/protocol'
import { isCodedError } from '@veritee/codec/error'
import type { X509Certificate } from '@veritee/codec/x509'
import type { Claims } from '@veritee/evidence/result'
import type { ServiceConfig } from '../config/index.ts'
import { certifies } from './certificates.ts'
import { issueFlatToken } from './flat-token.ts'
import type { RsaSigner } from './rsa-key.ts'
import { createPieceVector, listSubmods } from './submods.ts'

/** One piece of evidence with what was made of it. */
export interface JudgedEvidence {
  readonly evidence: Pick<BoundEvidence, 'tee'> & Partial<Pick<BoundEvidence, 'runtimeData'>>
  readonly judgement: Judgement
  /** What policies said; without them the judgement alone counts. */
  readonly verdicts?: readonly PolicyVerdict[]
  /** What the init data says, where the evidence proves it. */
  readonly initData?: unknown
}

/** What a token is asked for with. */
export interface TokenRequest {
  /** The nonce that was attested. */
  readonly nonce?: string
  /** Texts that whoever asked wants in an OIDC token. */
  readonly additional?: Readonly<Record<string, string>>
}

/** A verified token as far as a release needs it. */
export interface ReleaseToken {
  readonly id: string
  readonly claims: Claims
  readonly teePublicKey: TeePublicKey
  readonly simulated: boolean
}

/** Issues the tokens of this service and verifies them again: nobody else's are accepted. */
export interface TokenIssuer {
  /**
   * The token of evidence that was accepted; lives no longer than what the judgement rests on.
   *
   * @throws AppraisalError APPRAISAL_TOKEN_INPUT_INVALID for a Simple or OIDC token of a machine that is not affirmed
   */
  issue(request: TokenRequest, judged: readonly JudgedEvidence[], now: number): Promise<IssuedToken>
  /** @throws AppraisalError APPRAISAL_TOKEN_*; BrokerError BROKER_TEE_KEY_INVALID */
  verify(token: string, now: number): Promise<ReleaseToken>
  /** Public keys of tokens, the one that signs first. */
  listKeys(): Promise<readonly TokenJwk[]>
}

export interface TokenIssuerOptions {
  /** P-256: the first signs, tokens of any are accepted. */
  readonly keys: readonly [KeyObject, ...KeyObject[]]
  /** Where tokens are Simple or OIDC: the first signs, tokens of any are accepted. */
  readonly rsa?: readonly RsaSigner[]
  readonly token: ServiceConfig['token']
  /** Certificates for tokens that the key signs which they are for, leaf first. */
  readonly certificates?: readonly X509Certificate[]
  /** What other attestation services sign with whose tokens are accepted too. */
  readonly others?: TokenTrust | undefined
  /** Version of this program, named in tokens. */
  readonly version: string
}

export async function createTokenIssuer(options: TokenIssuerOptions): Promise<TokenIssuer> {
  const { keys, rsa = [], token, version } = options
  const signers = await Promise.all(keys.map(createSigner))
  const { certificates = [] } = options
  const own = signers[0] as TokenSigner
  // After a rotation they are those of the key before: tokens go out without them.
  const signer = certifies(certificates, keys[0])
    ? await createTokenSigner({ ...own, certificates: certificates.map(({ der }) => der) })
    : own
  const [flatSigner] = rsa
  const flat = rsa.map(({ publicJwk }) => publicJwk)
  const publicKeys: readonly TokenJwk[] = [...flat, signer.publicJwk, ...signers.slice(1).map((one) => one.publicJwk)]
  const trust = createTokenTrust({ keys: publicKeys.map(({ x5c: _, ...jwk }) => jwk) })
  const { issuer, audience, kind } = token
  return {
    async issue({ nonce, additional = {} }, judged, now) {
      const lifetimeSeconds = limitLifetime(token.lifetimeSeconds, judged, now)
      const common = { now, lifetimeSeconds, issuer, audience, ...(nonce === undefined ? {} : { nonce }) }
      if (kind === 'ear' || flatSigner === undefined)
        return issueEarToken({ ...common, build: `veritee ${version}`, submods: listSubmods(judged) }, signer)
      judged.forEach(expectAffirmed)
      const { subjectClaims, additionalClaims } = token
      const named = Object.fromEntries(Object.entries(additional).filter(([name]) => additionalClaims.includes(name)))
      return issueFlatToken({ ...common, kind, judged, subjectClaims, additional: named }, flatSigner)
    },
    async verify(text, now) {
      const verified = await verifyEither(text, trust, options, now)
      const { id = '', claims, teePublicKey } = verified
      if (teePublicKey === undefined) {
        throw new AppraisalError('APPRAISAL_TOKEN_CLAIMS_INVALID', 'The token carries no key to encrypt to.', {
          details: { path: 'tee-pubkey', expected: 'a public key', actual: 'absent' },
        })
      }
      const simulated = verified.simulated || claims['veritee.simulated'] === true
      return { id, claims, teePublicKey: parseTeePublicKey(teePublicKey), simulated }
    },
    listKeys: async () => publicKeys,
  }
}

/**
 * A token is this service's own, or one of another that is trusted by name. Those commonly name nobody whom they are for; one
 * that is for somebody else is refused.
 */
async function verifyEither(
  text: string,
  own: TokenTrust,
  { others, token: { issuer, audience, teeKeyPaths } }: TokenIssuerOptions,
  now: number,
): Promise<VerifiedToken> {
  try {
    return await verifyToken(text, own, { now, issuer, audience })
  } catch (error) {
    if (others === undefined || !isCodedError(error) || !OTHER_KEY.test(error.code)) throw error
    const questions = { now, audience, allowMissingAudience: true, teeKeyPointers: teeKeyPaths }
    const verified = await verifyToken(text, others, questions)
    const reports = verified.claims['evaluation-reports']
    if (!Array.isArray(reports) || reports.length > 0) return verified
    // In a token of ours it says that expectations alone judged; of others nobody knows what did.
    throw new AppraisalError('APPRAISAL_TOKEN_CLAIMS_INVALID', 'No policy stands behind the token.', {
      details: { path: 'evaluation-reports', expected: 'at least one', actual: 'none' },
    })
  }
}

/** What is said of a token that no key of ours signed. */
const OTHER_KEY = /^APPRAISAL_TOKEN_KEY_(?:UNKNOWN|UNTRUSTED)$/

function createSigner(key: KeyObject): Promise<TokenSigner> {
  const { kty, crv, x, y } = key.export({ format: 'jwk' })
  return createTokenSigner({
    publicJwk: { kty, crv, x, y },
    sign: (bytes) => new Uint8Array(sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' })),
  })
}

/** A Simple token has no grade: whoever holds one was allowed. */
function expectAffirmed(piece: JudgedEvidence): void {
  const status = summarizeVector(createPieceVector(piece))
  if (status === 'affirming') return
  throw new AppraisalError(
    'APPRAISAL_TOKEN_NOT_AFFIRMED',
    `The machine is not affirmed (${status}), and tokens of this kind are for affirmed machines alone.`,
    { details: { path: piece.evidence.tee, expected: 'affirming', actual: status } },
  )
}

function limitLifetime(lifetimeSeconds: number, judged: readonly JudgedEvidence[], now: number): number {
  const ends = judged.map(({ judgement }) => (judgement.expiresAt ?? Number.POSITIVE_INFINITY) - now)
  return Math.max(1, Math.min(lifetimeSeconds, ...ends))
}
