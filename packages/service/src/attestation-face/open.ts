import { decodeBase64 } from '@veritee/codec/bytes'
import { encodePem } from '@veritee/codec/pem'
import type { Gate } from '../access/index.ts'
import {
  type AttemptRuntime,
  type Challenges,
  createChallenges,
  createEvaluator,
  type Evaluator,
} from '../attestation/index.ts'
import type { ServiceConfig } from '../config/index.ts'
import type { Face } from '../http/index.ts'
import type { KeyRing } from '../keys/index.ts'
import type { PolicyRoom } from '../policies/index.ts'
import type { Store } from '../store/index.ts'
import { createRsaSigner, type TokenIssuer } from '../tokens/index.ts'
import { createAttestationFace } from './attestation-face.ts'
import { type AttestationStatus, readAttestationStatus } from './status.ts'

export interface AttestationServiceRuntime extends AttemptRuntime {
  readonly store: Store
  readonly ring: Pick<KeyRing, 'rsa'>
  readonly tokens: TokenIssuer
  readonly room: PolicyRoom
  readonly gate: Gate
  /** Epoch seconds. */
  readonly now: () => number
}

/** The attestation service, whichever way it is reached. */
export interface AttestationService {
  readonly evaluator: Evaluator
  readonly challenges: Challenges
  readStatus(): Promise<AttestationStatus>
  /** @param basePaths `['']` for a listener of its own */
  createFace(basePaths?: Face['basePaths']): Face
}

/**
 * Opens the attestation service. Its challenges are signed with an RSA key of their own, which is made when it is first needed.
 */
export function openAttestationService(
  config: ServiceConfig,
  { store, ring, tokens, room, gate, now, ...runtime }: AttestationServiceRuntime,
): AttestationService {
  const { requireChallenge } = config.attestation
  const challenges = createChallenges(store, () => {
    const [first, ...others] = ring.rsa('challenge')
    return [createRsaSigner(first, 'RS384'), ...others.map((key) => createRsaSigner(key, 'RS384'))]
  })
  const { token, limits, policies } = config
  const evaluator = createEvaluator({ ...runtime, tokens, challenges, requireChallenge, token, now })
  const readStatus = () => readAttestationStatus(store, room)
  return {
    evaluator,
    challenges,
    readStatus,
    createFace: (basePaths) =>
      createAttestationFace(
        {
          evaluator,
          challenges,
          room,
          tokens,
          gate,
          readStatus,
          // Other tokens are signed with another key, which has none.
          readCertificates: async () => (token.kind === 'ear' ? readCertificates(tokens) : undefined),
          bodyBytes: limits.bodyBytes,
          openOnLoopback: policies.openOnLoopback,
          issuer: token.issuer,
          publicUrl: token.publicUrl,
          now,
        },
        basePaths,
      ),
  }
}

async function readCertificates(tokens: TokenIssuer): Promise<string | undefined> {
  const certified = (await tokens.listKeys()).find((key) => Array.isArray(key['x5c']))
  const chain = certified?.['x5c'] as readonly string[] | undefined
  return chain?.map((der) => encodePem('CERTIFICATE', decodeBase64(der))).join('')
}
