import {
  createAttestation,
  createTeeKey,
  decryptSecret,
  encodeAuthRequest,
  parseChallenge,
  parseJweResponse,
  parseTokenResponse,
  type TeePrivateKey,
} from '@veritee/broker/client'
import { CURRENT_VERSION, parseTeeName } from '@veritee/broker/protocol'
import { encodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import type { Attester } from '../attester/index.ts'
import { GuestError } from '../errors.ts'
import type { BrokerRequest, BrokerResponse, Transport } from '../transport/index.ts'
import { CookieJar } from './cookie-jar.ts'
import { describeRefusal, type Step } from './refusal.ts'

/** An attested session: its cookies, the token, and the key that secrets are encrypted to. */
export interface Session {
  readonly cookies: CookieJar
  readonly token: string
  readonly key: TeePrivateKey
}

/** Where the broker is, and how it is reached. */
export interface BrokerLine {
  /** With the base path of the protocol, such as `https://keys.example.org/kbs/v0`. */
  readonly base: string
  readonly transport: Transport
}

/**
 * Runs one handshake: challenge, evidence over nonce and key, token.
 *
 * @param policy the attestation policy to be judged by; absent: the one of the service
 * @throws GuestError GUEST_HANDSHAKE_REFUSED, GUEST_EVIDENCE_REFUSED, GUEST_RESPONSE_INVALID, those of the transport and of
 *   the attester
 */
export async function openSession(line: BrokerLine, attester: Attester, policy?: string): Promise<Session> {
  const cookies = new CookieJar()
  const tee = parseTeeName(attester.tee)
  const chosen = policy === undefined ? {} : { policy }
  const request = encodeAuthRequest({ version: CURRENT_VERSION, tee, ...chosen })
  const challenge = readAnswer(
    await send(line, 'auth', cookies, { method: 'POST', path: '/auth', body: request }),
    parseChallenge,
  )
  const key = await createTeeKey()
  const attestation = await createAttestation({
    challenge,
    teePublicKey: key.publicKey,
    attest: (reportData) => attester.collect(reportData),
  })
  const answer = await send(line, 'attest', cookies, { method: 'POST', path: '/attest', body: attestation })
  return { cookies, key, token: readAnswer(answer, parseTokenResponse).token }
}

/**
 * Gets one resource and opens it.
 *
 * @param path `repository/type/tag`
 * @throws GuestError GUEST_RESOURCE_*, GUEST_RESPONSE_INVALID, those of the transport
 */
export async function fetchResource(line: BrokerLine, session: Session, path: string): Promise<Uint8Array> {
  const answer = await send(line, 'resource', session.cookies, { method: 'GET', path: `/resource/${path}` })
  const response = readAnswer(answer, parseJweResponse)
  return decryptSecret(response, session.key).catch((cause: unknown) => {
    throw new GuestError('GUEST_RESOURCE_UNREADABLE', undefined, { cause, details: { path } })
  })
}

/** A 200 answer as its parser reads it. */
function readAnswer<T>({ body }: BrokerResponse, parse: (body: Uint8Array) => T): T {
  try {
    return parse(body)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new GuestError('GUEST_RESPONSE_INVALID', undefined, {
      cause,
      details: { ...cause.details, reason: cause.code },
    })
  }
}

async function send(
  { base, transport }: BrokerLine,
  step: Step,
  cookies: CookieJar,
  { method, path, body }: Pick<BrokerRequest, 'method'> & { readonly path: string; readonly body?: string },
): Promise<BrokerResponse> {
  const headers = { accept: 'application/json', ...cookies.toHeaders() }
  const response = await transport(
    body === undefined
      ? { method, url: base + path, headers }
      : {
          method,
          url: base + path,
          headers: { ...headers, 'content-type': 'application/json' },
          body: encodeUtf8(body),
        },
  )
  cookies.store(response.setCookies)
  if (response.status !== 200) throw describeRefusal(step, response)
  return response
}
