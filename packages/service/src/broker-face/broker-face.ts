import type { KeyObject } from 'node:crypto'
import type { Judgement } from '@veritee/appraisal/judge'
import type { BoundEvidence, Handshakes } from '@veritee/broker/handshake'
import { encryptSecret } from '@veritee/broker/jwe'
import { formatResourcePath, parseResourcePath, type ResourcePolicy } from '@veritee/broker/resources'
import { type Face, type HttpContext, readBody } from '../http/index.ts'
import type { SecretRoom } from '../secrets/index.ts'
import type { TokenIssuer } from '../tokens/index.ts'
import { requireAdministrator } from './administrator.ts'
import { findAttestationToken } from './attested.ts'
import { encodeCookie, readCookie } from './cookie.ts'
import { ADMIN_DELETE, ADMIN_LIST, ADMIN_PUT, ATTEST, AUTH, RESOURCE } from './operations.ts'
import { requireAccepted, requireRelease } from './verdicts.ts'

/** Name of the session cookie in the key broker protocol. */
export const SESSION_COOKIE = 'kbs-session-id'

export interface BrokerFaceOptions {
  readonly handshakes: Handshakes
  readonly judge: (evidence: BoundEvidence, now: number) => Promise<Judgement>
  readonly tokens: TokenIssuer
  readonly secrets: SecretRoom
  /** Decides which secrets a token's claims are good for. */
  readonly policy: ResourcePolicy
  readonly adminPublicKey: KeyObject
  readonly bodyBytes: number
  /** Whether cookies are marked `Secure`. */
  readonly secure: boolean
  /** Epoch seconds. */
  readonly now: () => number
}

/** The key broker protocol 0.4.0 over HTTP. */
export function createBrokerFace(options: BrokerFaceOptions): Face {
  const path = '/resource/{repository}/{type}/{tag}'
  return {
    name: 'key broker',
    basePaths: ['/kbs/v0', '/api/kbs/v0'],
    routes: [
      { method: 'post', path: '/auth', operation: AUTH, respond: (c) => openHandshake(c, options) },
      { method: 'post', path: '/attest', operation: ATTEST, respond: (c) => attest(c, options) },
      { method: 'get', path, operation: RESOURCE, respond: (c) => releaseSecret(c, options) },
      { method: 'post', path, operation: ADMIN_PUT, respond: (c) => storeSecret(c, options) },
      { method: 'delete', path, operation: ADMIN_DELETE, respond: (c) => deleteSecret(c, options) },
      { method: 'get', path: '/resources', operation: ADMIN_LIST, respond: (c) => listSecrets(c, options) },
    ],
  }
}

async function openHandshake(
  c: HttpContext,
  { handshakes, bodyBytes, secure, now }: BrokerFaceOptions,
): Promise<Response> {
  const opened = handshakes.open(await readBody(c.req.raw, bodyBytes), now())
  return answerJson(c, opened.body, encodeCookie(opened.cookie, secure))
}

async function attest(c: HttpContext, options: BrokerFaceOptions): Promise<Response> {
  const { handshakes, judge, tokens, secure } = options
  const now = options.now()
  const body = await readBody(c.req.raw, options.bodyBytes)
  const outcome = await handshakes.receive(body, readCookie(c.req.header('cookie'), SESSION_COOKIE), now)
  if (outcome.kind === 'answered')
    return answerJson(c, outcome.response.body, encodeCookie(outcome.response.cookie, secure))
  const { attestation } = outcome
  const judged = await Promise.all(
    attestation.evidence.map(async (evidence) => ({ evidence, judgement: await judge(evidence, now) })),
  )
  const simulated = judged.some(({ judgement }) => judgement.simulated)
  c.set('log', c.get('log').child({ tee: attestation.tee, simulated }))
  requireAccepted(judged)
  const issued = await tokens.issue(attestation, judged, now)
  const completed = await handshakes.complete(attestation, issued.token, issued.expiresAt, now)
  return answerJson(c, completed.body, encodeCookie(completed.cookie, secure))
}

async function releaseSecret(c: HttpContext, options: BrokerFaceOptions): Promise<Response> {
  const now = options.now()
  const name = readResourceName(c)
  const verified = await options.tokens.verify(
    await findAttestationToken(c, options.handshakes, SESSION_COOKIE, now),
    now,
  )
  c.set('log', c.get('log').child({ resource: name, tokenId: verified.id, simulated: verified.simulated }))
  await requireRelease(options.policy, name, verified.claims)
  const secret = await options.secrets.read(name)
  try {
    return answerJson(c, JSON.stringify(await encryptSecret(secret, verified.teePublicKey)))
  } finally {
    secret.fill(0)
  }
}

async function storeSecret(c: HttpContext, options: BrokerFaceOptions): Promise<Response> {
  const { subject } = await requireAdministrator(c, options.adminPublicKey, options.now())
  const name = readResourceName(c)
  const version = await options.secrets.put(name, await readBody(c.req.raw, options.bodyBytes))
  c.set('log', c.get('log').child({ resource: name, version, administrator: subject }))
  return c.body(null, 200)
}

async function deleteSecret(c: HttpContext, options: BrokerFaceOptions): Promise<Response> {
  const { subject } = await requireAdministrator(c, options.adminPublicKey, options.now())
  const name = readResourceName(c)
  await options.secrets.delete(name)
  c.set('log', c.get('log').child({ resource: name, administrator: subject }))
  return c.body(null, 200)
}

async function listSecrets(c: HttpContext, options: BrokerFaceOptions): Promise<Response> {
  await requireAdministrator(c, options.adminPublicKey, options.now())
  const names = await options.secrets.list()
  return c.json(
    names.map((name) => {
      const [repository_name, resource_type, resource_tag] = name.split('/')
      return { repository_name, resource_type, resource_tag }
    }),
  )
}

/** @throws BrokerError BROKER_RESOURCE_PATH_INVALID */
function readResourceName(c: HttpContext): string {
  const { repository, type, tag } = c.req.param() as Record<string, string>
  return formatResourcePath(parseResourcePath(`${repository}/${type}/${tag}`))
}

function answerJson(c: HttpContext, body: string, cookie?: string): Response {
  if (cookie !== undefined) c.header('set-cookie', cookie)
  return c.body(body, 200, { 'content-type': 'application/json' })
}
