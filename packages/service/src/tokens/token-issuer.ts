import type { KeyObject } from 'node:crypto'
import { AppraisalError } from '@veritee/appraisal'
import type { Judgement } from '@veritee/appraisal/judge'
import {
  createTokenTrust,
  createTrustVector,
  type EarSubmod,
  type IssuedToken,
  importTokenSigner,
  issueEarToken,
  type TokenSigner,
  verifyToken,
} from '@veritee/appraisal/tokens'
import type { BoundEvidence, ReceivedAttestation } from '@veritee/broker/handshake'
import { parseTeePublicKey, type TeePublicKey } from '@veritee/broker/protocol'
import type { Claims } from '@veritee/evidence/result'
import type { ServiceConfig } from '../config/index.ts'

/** One piece of evidence with what was made of it. */
export interface JudgedEvidence {
  readonly evidence: BoundEvidence
  readonly judgement: Judgement
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
  /** The token of an attestation whose evidence was accepted; lives no longer than what the judgement rests on. */
  issue(attestation: ReceivedAttestation, judged: readonly JudgedEvidence[], now: number): Promise<IssuedToken>
  /** @throws AppraisalError APPRAISAL_TOKEN_*; BrokerError BROKER_TEE_KEY_INVALID */
  verify(token: string, now: number): Promise<ReleaseToken>
}

export interface TokenIssuerOptions {
  /** P-256: the first signs, tokens of any are accepted. */
  readonly keys: readonly [KeyObject, ...KeyObject[]]
  readonly token: ServiceConfig['token']
  /** Version of this program, named in tokens. */
  readonly version: string
}

/** What the vector of a token was computed by, where no policy of an operator is. */
const POLICY_ID = 'default'

/** Kinds of evidence that speak of an accelerator; all others speak of the machine itself. */
const ACCELERATORS: ReadonlySet<string> = new Set(['hygondcu', 'nvidia', 'sampledevice'])

export async function createTokenIssuer({ keys, token, version }: TokenIssuerOptions): Promise<TokenIssuer> {
  const signers = await Promise.all(keys.map((key) => importTokenSigner({ ...key.export({ format: 'jwk' }) })))
  const signer = signers[0] as TokenSigner
  const trust = createTokenTrust({ keys: signers.map(({ publicJwk }) => publicJwk) })
  const { issuer, audience } = token
  return {
    issue: ({ nonce }, judged, now) => {
      const lifetimeSeconds = limitLifetime(token.lifetimeSeconds, judged, now)
      const build = `veritee ${version}`
      return issueEarToken(
        { now, lifetimeSeconds, issuer, audience, nonce, build, submods: listSubmods(judged) },
        signer,
      )
    },
    async verify(text, now) {
      const { id = '', claims, teePublicKey, simulated } = await verifyToken(text, trust, { now, issuer, audience })
      if (teePublicKey === undefined) {
        throw new AppraisalError('APPRAISAL_TOKEN_CLAIMS_INVALID', 'The token carries no key to encrypt to.', {
          details: { path: 'tee-pubkey', expected: 'a public key', actual: 'absent' },
        })
      }
      return { id, claims, teePublicKey: parseTeePublicKey(teePublicKey), simulated }
    },
  }
}

function limitLifetime(lifetimeSeconds: number, judged: readonly JudgedEvidence[], now: number): number {
  const ends = judged.map(({ judgement }) => (judgement.expiresAt ?? Number.POSITIVE_INFINITY) - now)
  return Math.max(1, Math.min(lifetimeSeconds, ...ends))
}

/** Submodules by class and running index: `cpu0` is the machine that holds the key. */
function listSubmods(judged: readonly JudgedEvidence[]): EarSubmod[] {
  const counts = { cpu: 0, gpu: 0 }
  return judged.map(({ evidence, judgement }) => {
    const kind = ACCELERATORS.has(evidence.tee) ? 'gpu' : 'cpu'
    return {
      name: `${kind}${counts[kind]++}`,
      judgement,
      trustVector: createTrustVector(judgement),
      policyId: POLICY_ID,
      runtimeData: evidence.runtimeData,
    }
  })
}
