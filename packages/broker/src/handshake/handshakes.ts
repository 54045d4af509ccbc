/** The server side of Request, Challenge, Attestation and Response. */
import { encodeBase64, encodeHex, encodeUtf8, equalSecrets } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { DEFAULT_HASH, selectHash } from '../binding/hash.ts'
import { BrokerError } from '../errors.ts'
import { parseAttestation } from '../protocol/attestation.ts'
import { encodeChallenge } from '../protocol/challenge.ts'
import { parseAuthRequest } from '../protocol/request.ts'
import { encodeTokenResponse } from '../protocol/response.ts'
import {
  type Attestation,
  type AuthRequest,
  CURRENT_VERSION,
  type ProtocolVersion,
  TEE_NAMES,
} from '../protocol/types.ts'
import { CookieSeal, type HandshakeState } from './cookie.ts'
import { bindEvidence } from './evidence.ts'
import type {
  AttestationOutcome,
  AttestedSession,
  CompletedAttestation,
  FinishedHandshake,
  HandshakeOptions,
  Handshakes,
  OpenedHandshake,
  ReceivedAttestation,
} from './types.ts'

const NONCE_BYTES = 32
const ID_BYTES = 16
const DEFAULT_LIFETIME = 300
const DEFAULT_COOKIE = 'kbs-session-id'

/**
 * Makes the server side of handshakes. Challenges are kept nowhere: the cookie carries what was agreed on under an
 * authentication code, so any replica with the same keys and stores can take the answer, also after a restart.
 *
 * Throws BROKER_SETUP_INVALID for unusable keys, lifetimes or lists.
 */
export function createHandshakes(options: HandshakeOptions): Handshakes {
  const service = checkOptions(options)
  return {
    open: (body, now) => openHandshake(service, body, now),
    receive: (body, cookie, now) => receiveAttestation(service, body, cookie, now),
    complete: (attestation, token, expiresAt, now) => completeAttestation(service, attestation, token, expiresAt, now),
    findToken: (cookie, now) => findToken(service, cookie, now),
  }
}

interface Service extends Required<Omit<HandshakeOptions, 'keys'>> {
  readonly seal: CookieSeal
}

function checkOptions(options: HandshakeOptions): Service {
  const {
    keys,
    lifetimeSeconds = DEFAULT_LIFETIME,
    versions = [CURRENT_VERSION],
    tees = TEE_NAMES,
    policies = [],
    cookieName = DEFAULT_COOKIE,
    allowRsa15 = false,
  } = options
  const { replayGuard, sessions } = options
  const require = (holds: boolean, path: string, expected: string) => {
    if (!holds) throw new BrokerError('BROKER_SETUP_INVALID', undefined, { details: { path, expected } })
  }
  require(Number.isInteger(lifetimeSeconds) && lifetimeSeconds > 0, 'lifetimeSeconds', 'a whole number of seconds')
  require(versions.length > 0, 'versions', 'at least one protocol version')
  require(tees.length > 0, 'tees', 'at least one TEE name')
  require(/^[\w-]{1,64}$/.test(cookieName), 'cookieName', 'letters, digits, - and _')
  const seal = new CookieSeal(keys)
  return { seal, replayGuard, sessions, lifetimeSeconds, versions, tees, policies, cookieName, allowRsa15 }
}

function openHandshake(service: Service, body: Uint8Array | string, now: number): OpenedHandshake {
  const request = parseAuthRequest(body)
  expectServed(service, request)
  const hash = selectHash(request.tee, request.hashes)
  const nonce = encodeBase64(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)))
  const id = encodeHex(crypto.getRandomValues(new Uint8Array(ID_BYTES)))
  const expiresAt = now + service.lifetimeSeconds
  const { tee, version, policy } = request
  const chosen = policy === undefined ? {} : { policy }
  const challenge =
    hash === DEFAULT_HASH
      ? { nonce, extraParams: '' }
      : { nonce, selectedHash: hash, extraParams: { 'selected-hash-algorithm': hash } }
  return {
    challenge,
    body: encodeChallenge(challenge),
    cookie: {
      name: service.cookieName,
      value: service.seal.seal('handshake', { id, nonce, tee, version, hash, ...chosen, expiresAt }),
      expiresAt,
    },
  }
}

function expectServed({ versions, tees, policies }: Service, { version, tee, policy }: AuthRequest): void {
  if (!versions.includes(version)) {
    throw new BrokerError('BROKER_VERSION_UNSUPPORTED', undefined, {
      details: { path: 'version', expected: versions, actual: version },
    })
  }
  if (!tees.includes(tee)) {
    throw new BrokerError('BROKER_TEE_UNKNOWN', 'This kind of TEE is not served here.', {
      details: { path: 'tee', expected: tees, actual: tee },
    })
  }
  if (policy !== undefined && !policies.includes(policy)) {
    throw new BrokerError('BROKER_POLICY_UNKNOWN', undefined, {
      details: { path: 'extra-params.id', expected: policies, actual: policy },
    })
  }
}

async function receiveAttestation(
  service: Service,
  body: Uint8Array | string,
  cookie: string | undefined,
  now: number,
): Promise<AttestationOutcome> {
  if (cookie === undefined) throw new BrokerError('BROKER_SESSION_MISSING', undefined, { details: { path: 'cookie' } })
  const state = service.seal.open('handshake', cookie)
  const bodyDigest = encodeHex(digest('sha256', typeof body === 'string' ? encodeUtf8(body) : body))
  if (state === undefined) return await answerAgain(service, service.seal.open('session', cookie)?.id, bodyDigest, now)
  expectCurrent(state.expiresAt, now)
  const attestation = parseAttestation(body, state.version)
  expectNonce(attestation, state)
  expectKey(service, attestation)
  // Used up only by a well-formed answer to this very challenge, and before anything about the evidence is known.
  if (!(await service.replayGuard.claim(state.id, state.expiresAt))) {
    return await answerAgain(service, state.id, bodyDigest, now)
  }
  return { kind: 'received', attestation: describeAttestation(attestation, state, bodyDigest) }
}

function describeAttestation(attestation: Attestation, state: HandshakeState, bodyDigest: string): ReceivedAttestation {
  const { id, nonce, tee, version, hash, policy, expiresAt } = state
  const { teePublicKey, initData, devices } = attestation
  return {
    sessionId: id,
    version,
    tee,
    nonce,
    hash,
    ...(policy === undefined ? {} : { policy }),
    teePublicKey,
    ...(initData === undefined ? {} : { initData }),
    evidence: bindEvidence(attestation, state),
    devices,
    bodyDigest,
    expiresAt,
  }
}

/** A client that lost the answer on its way may ask with the same body again; whoever asks with another starts anew. */
async function answerAgain(
  service: Service,
  id: string | undefined,
  bodyDigest: string,
  now: number,
): Promise<AttestationOutcome> {
  if (id === undefined) throw new BrokerError('BROKER_SESSION_INVALID', undefined, { details: { path: 'cookie' } })
  const session = await service.sessions.find(id)
  if (session === undefined || session.bodyDigest !== bodyDigest || now >= session.expiresAt) {
    throw new BrokerError('BROKER_SESSION_REPLAYED', undefined, { details: { path: 'cookie' } })
  }
  return { kind: 'answered', response: createResponse(service, id, session) }
}

function completeAttestation(
  service: Service,
  { sessionId, bodyDigest }: ReceivedAttestation,
  token: string,
  expiresAt: number,
  now: number,
): FinishedHandshake {
  expectCurrent(expiresAt, now)
  const session = { id: sessionId, token, bodyDigest, expiresAt }
  return { session, response: createResponse(service, sessionId, session) }
}

/** The cookie is a new one: whoever planted or saw the one of the challenge has nothing of the attested session. */
function createResponse(service: Service, id: string, { token, expiresAt }: AttestedSession): CompletedAttestation {
  return {
    token,
    body: encodeTokenResponse({ token }),
    cookie: { name: service.cookieName, value: service.seal.seal('session', { id, expiresAt }), expiresAt },
  }
}

async function findToken(service: Service, cookie: string | undefined, now: number): Promise<string> {
  if (cookie === undefined) throw new BrokerError('BROKER_SESSION_MISSING', undefined, { details: { path: 'cookie' } })
  const state = service.seal.open('session', cookie)
  if (state === undefined) {
    const code =
      service.seal.open('handshake', cookie) === undefined ? 'BROKER_SESSION_INVALID' : 'BROKER_SESSION_UNATTESTED'
    throw new BrokerError(code, undefined, { details: { path: 'cookie' } })
  }
  expectCurrent(state.expiresAt, now)
  const session = await service.sessions.find(state.id)
  if (session === undefined) throw new BrokerError('BROKER_SESSION_EXPIRED', undefined, { details: { path: 'cookie' } })
  expectCurrent(session.expiresAt, now)
  return session.token
}

function expectCurrent(expiresAt: number, now: number): void {
  if (now < expiresAt) return
  throw new BrokerError('BROKER_SESSION_EXPIRED', undefined, {
    details: { path: 'cookie.expiresAt', expected: `before ${expiresAt}`, actual: now },
  })
}

/** Before 0.4.0 the body has no nonce: there the report data alone binds the one of the challenge. */
function expectNonce({ nonce, version }: Attestation, state: HandshakeState): void {
  if (nonce === undefined && carriesNoNonce(version)) return
  if (nonce !== undefined && equalSecrets(encodeText(nonce), encodeText(state.nonce))) return
  throw new BrokerError('BROKER_NONCE_MISMATCH', undefined, {
    details: { path: 'runtime-data.nonce', expected: state.nonce, actual: nonce?.slice(0, 128) },
  })
}

function carriesNoNonce(version: ProtocolVersion): boolean {
  return version !== '0.4.0'
}

function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function expectKey({ allowRsa15 }: Service, { teePublicKey }: Attestation): void {
  if (teePublicKey.alg !== 'RSA1_5' || allowRsa15) return
  throw new BrokerError('BROKER_TEE_KEY_INVALID', undefined, {
    details: { path: 'tee-pubkey.alg', expected: 'ECDH-ES+A256KW or RSA-OAEP-256', actual: 'RSA1_5' },
  })
}
