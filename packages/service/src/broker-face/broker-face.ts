import type { Handshakes } from '@veritee/broker/handshake'
import { encryptSecret } from '@veritee/broker/jwe'
import { formatResourcePath, parseResourcePath, type ResourcePolicy } from '@veritee/broker/resources'
import { admitRequest, coversPath, type Gate } from '../access/index.ts'
import { type AttemptRoom, nameTokenMachine } from '../attempts/index.ts'
import type { Assessors } from '../attestation/index.ts'
import { type AuditLog, nameActor } from '../audit/index.ts'
import { type Face, type HttpContext, noteFacts, readBody, readClientAddress } from '../http/index.ts'
import { commitSecret, type SecretRoom } from '../secrets/index.ts'
import type { TokenIssuer } from '../tokens/index.ts'
import { judgeAttempt } from './attempt.ts'
import { findAttestationToken } from './attested.ts'
import { encodeCookie, readCookie } from './cookie.ts'
import { createSessionEntry } from './handshake-store.ts'
import { ADMIN_DELETE, ADMIN_LIST, ADMIN_PUT, ATTEST, AUTH, RESOURCE } from './operations.ts'
import { chooseShape } from './secret-shape.ts'
import { requireRelease } from './verdicts.ts'

/** Name of the session cookie in the key broker protocol. */
export const SESSION_COOKIE = 'kbs-session-id'

export interface BrokerFaceOptions {
  readonly handshakes: Handshakes
  readonly judge: Assessors['judge']
  readonly appraiser: Assessors['appraiser']
  readonly tokens: TokenIssuer
  readonly secrets: SecretRoom
  /** Decides which secrets a token's claims are good for. */
  readonly policy: ResourcePolicy
  readonly gate: Gate
  readonly audit: AuditLog
  readonly attempts: AttemptRoom
  readonly bodyBytes: number
  /** Whether keys that say RSA1_5 are served. */
  readonly allowRsa15: boolean
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
      { method: 'post', path: '/attest', operation: ATTEST, audit: 'attestation', respond: (c) => attest(c, options) },
      { method: 'get', path, operation: RESOURCE, audit: 'secret.release', respond: (c) => releaseSecret(c, options) },
      { method: 'post', path, operation: ADMIN_PUT, audit: 'secret.write', respond: (c) => storeSecret(c, options) },
      {
        method: 'delete',
        path,
        operation: ADMIN_DELETE,
        audit: 'secret.delete',
        respond: (c) => deleteSecret(c, options),
      },
      { method: 'get', path: '/resources', operation: ADMIN_LIST, respond: (c) => listSecrets(c, options) },
    ],
  }
}

async function openHandshake(
  c: HttpContext,
  { handshakes, bodyBytes, secure, now }: BrokerFaceOptions,
): Promise<Response> {
  const opened = handshakes.open(await readBody(c, bodyBytes), now())
  return answerJson(c, opened.body, encodeCookie(opened.cookie, secure))
}

async function attest(c: HttpContext, options: BrokerFaceOptions): Promise<Response> {
  const { handshakes, tokens, secure } = options
  const now = options.now()
  c.set('auditDetail', { object: 'handshake' })
  const body = await readBody(c, options.bodyBytes)
  const outcome = await handshakes.receive(body, readCookie(c.req.header('cookie'), SESSION_COOKIE), now)
  if (outcome.kind === 'answered')
    return answerJson(c, outcome.response.body, encodeCookie(outcome.response.cookie, secure))
  const { attestation } = outcome
  const judged = await judgeAttempt(c, attestation, options, now)
  const issued = await tokens.issue({ nonce: attestation.nonce }, judged, now)
  const { session, response } = handshakes.complete(attestation, issued.token, issued.expiresAt, now)
  c.set('auditRecords', [...(c.get('auditRecords') ?? []), createSessionEntry(session)])
  return answerJson(c, response.body, encodeCookie(response.cookie, secure))
}

async function releaseSecret(c: HttpContext, options: BrokerFaceOptions): Promise<Response> {
  const now = options.now()
  const name = readResourceName(c)
  c.set('auditDetail', { object: name })
  const verified = await options.tokens.verify(
    await findAttestationToken(c, options.handshakes, SESSION_COOKIE, now),
    now,
  )
  const { id: tokenId, simulated } = verified
  noteFacts(c, { resource: name, tokenId, simulated })
  c.set('actor', { kind: 'machine', id: nameTokenMachine(verified.claims) ?? readClientAddress(c) })
  c.set('auditDetail', { object: name, detail: { tokenId, simulated } })
  await requireRelease(options.policy, name, verified.claims, readQuery(c))
  const secret = await options.secrets.read(name)
  try {
    return answerJson(
      c,
      JSON.stringify(await encryptSecret(secret, verified.teePublicKey, chooseShape(verified, options.allowRsa15))),
    )
  } finally {
    secret.fill(0)
  }
}

async function storeSecret(c: HttpContext, options: BrokerFaceOptions): Promise<Response> {
  const { gate, audit, secrets, bodyBytes } = options
  await gate.authenticate(c.req.header('authorization'))
  const name = readResourceName(c)
  await admitRequest(c, gate, 'secrets:write', name)
  const content = await readBody(c, bodyBytes)
  const event = { actor: nameActor(c), action: 'secret.write', object: name, outcome: 'done' as const }
  const detail = { ...c.get('caller'), bytes: content.length }
  const staged = secrets.stage(name, content)
  const version = await commitSecret(audit, staged, { ...event, requestId: c.get('requestId'), detail })
  c.set('audited', true)
  noteFacts(c, { resource: name, version })
  return c.body(null, 200)
}

async function deleteSecret(c: HttpContext, { gate, audit, secrets }: BrokerFaceOptions): Promise<Response> {
  await gate.authenticate(c.req.header('authorization'))
  const name = readResourceName(c)
  await admitRequest(c, gate, 'secrets:write', name)
  const event = { actor: nameActor(c), action: 'secret.delete', object: name, outcome: 'done' as const }
  const detail = { ...c.get('caller') }
  const staged = secrets.stage(name, undefined)
  await commitSecret(audit, staged, { ...event, requestId: c.get('requestId'), detail })
  c.set('audited', true)
  noteFacts(c, { resource: name })
  return c.body(null, 200)
}

async function listSecrets(c: HttpContext, { gate, secrets }: BrokerFaceOptions): Promise<Response> {
  const { scopes } = await admitRequest(c, gate, 'secrets:list')
  const names = (await secrets.list()).filter((name) => coversPath(scopes, name))
  const { repository, type } = c.req.query()
  const resources = names.map((name) => {
    const [repository_name, resource_type, resource_tag] = name.split('/')
    return { repository_name, resource_type, resource_tag }
  })
  return c.json(
    resources.filter(
      ({ repository_name, resource_type }) =>
        (repository === undefined || repository_name === repository) && (type === undefined || resource_type === type),
    ),
  )
}

/** Of a name given twice the last counts, as in other brokers. */
function readQuery(c: HttpContext): Record<string, string> {
  return Object.fromEntries(Object.entries(c.req.queries()).flatMap(([name, values]) => [[name, values.at(-1) ?? '']]))
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
