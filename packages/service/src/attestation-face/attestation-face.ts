/** The attestation service over HTTP, in the words of its existing clients. */
import { AppraisalError } from '@veritee/appraisal'
import { parseTeeName } from '@veritee/broker/protocol'
import { decodeHex, encodeBase64Url, encodeUtf8 } from '@veritee/codec/bytes'
import type { Gate } from '../access/index.ts'
import { type Challenges, type Evaluator, noteAttempt } from '../attestation/index.ts'
import { type Face, type HttpContext, type Route, readClientAddress } from '../http/index.ts'
import {
  admitPolicyRequest,
  listDigests,
  POLICY_BODY,
  type PolicyRoom,
  putPolicy,
  readText,
} from '../policies/index.ts'
import type { TokenIssuer } from '../tokens/index.ts'
import { CHALLENGE_BODY, EVALUATION_BODY, readJson, toEvaluation } from './bodies.ts'
import * as OPERATIONS from './operations.ts'
import { describeAttestationProblem } from './problem.ts'
import type { AttestationStatus } from './status.ts'

export interface AttestationFaceOptions {
  readonly evaluator: Evaluator
  readonly challenges: Challenges
  readonly room: PolicyRoom
  readonly tokens: TokenIssuer
  readonly gate: Gate
  readonly readStatus: () => Promise<AttestationStatus>
  /** Certificates of the key that signs tokens, PEM; undefined where it has none. */
  readonly readCertificates: () => Promise<string | undefined>
  readonly bodyBytes: number
  readonly openOnLoopback: boolean
  /** Issuer of tokens, and where relying parties reach this service. */
  readonly issuer: string
  readonly publicUrl?: string | undefined
  /** Epoch seconds. */
  readonly now: () => number
}

/** Where the attestation service stands beside the other faces. */
export const ATTESTATION_PATHS: Face['basePaths'] = ['/api/attestation-service', '/api/as']

/** @param basePaths `['']` for a listener of its own */
export function createAttestationFace(
  options: AttestationFaceOptions,
  basePaths: Face['basePaths'] = ATTESTATION_PATHS,
): Face {
  return {
    name: 'attestation service',
    basePaths,
    describe: describeAttestationProblem,
    routes: [
      {
        method: 'post',
        path: '/attestation',
        operation: OPERATIONS.EVALUATE,
        audit: 'attestation',
        respond: (c) => evaluate(c, options),
      },
      { method: 'post', path: '/challenge', operation: OPERATIONS.CHALLENGE, respond: (c) => challenge(c, options) },
      ...createPolicyRoutes(options),
      ...createKeyRoutes(options),
      {
        method: 'get',
        path: '/status',
        operation: OPERATIONS.STATUS,
        respond: async (c) => c.json(await options.readStatus()),
      },
      { method: 'get', path: '/healthz', operation: OPERATIONS.HEALTH, respond: (c) => c.json({ status: 'ok' }) },
    ],
  }
}

async function evaluate(c: HttpContext, { evaluator, bodyBytes }: AttestationFaceOptions): Promise<Response> {
  c.set('auditDetail', { object: 'attestation' })
  const request = toEvaluation(await readJson(c, bodyBytes, EVALUATION_BODY))
  const origin = { client: readClientAddress(c), requestId: c.get('requestId') }
  return c.text(await evaluator.evaluate(request, origin, (attempt) => noteAttempt(c, attempt)))
}

/** A challenge token; for a TEE that is named, what its verifier wants asked, which is nothing for all that are known here. */
async function challenge(c: HttpContext, { challenges, bodyBytes, now }: AttestationFaceOptions): Promise<Response> {
  const { tee } = await readJson(c, bodyBytes, CHALLENGE_BODY)
  if (tee === undefined) return c.text(JSON.stringify(await describeChallenge(challenges, now())))
  return c.text(readTeeChallenge(tee))
}

/** @throws BrokerError BROKER_TEE_UNKNOWN; what the verifier of a TEE asks is empty but for those that are not verified here */
export function readTeeChallenge(tee: unknown): string {
  if (parseTeeName(tee) !== 'se') return ''
  throw new AppraisalError('APPRAISAL_EVIDENCE_UNSUPPORTED', undefined, { details: { path: 'tee', actual: 'se' } })
}

/** A challenge as clients read it. */
export async function describeChallenge(challenges: Challenges, now: number): Promise<object> {
  const { nonce, token } = await challenges.issue(now)
  return { nonce, 'extra-params': { jwt: token } }
}

function createPolicyRoutes({ room, gate, bodyBytes, openOnLoopback }: AttestationFaceOptions): Route[] {
  const admit = (c: HttpContext, permission: 'policies:read' | 'policies:write', object: string) =>
    admitPolicyRequest(c, gate, permission, object, openOnLoopback)
  const list = async (c: HttpContext) => {
    await admit(c, 'policies:read', 'attestation-policies')
    const digests = await listDigests(room)
    return c.json(digests.map(({ id, hash }) => ({ 'policy-id': id, 'policy-hash': encodeBase64Url(decodeHex(hash)) })))
  }
  const idOf = (c: HttpContext) => c.req.param('id') as string
  return [
    {
      method: 'post',
      path: '/policy',
      operation: OPERATIONS.SET_POLICY,
      async respond(c) {
        const author = await admit(c, 'policies:write', 'attestation-policy')
        const { policy_id: id, policy } = await readJson(c, bodyBytes, POLICY_BODY)
        await putPolicy(c, room, 'attestation', id, policy, author)
        return c.body(null, 200)
      },
    },
    { method: 'get', path: '/policy', operation: OPERATIONS.LIST_POLICIES, respond: list },
    { method: 'get', path: '/policies', operation: OPERATIONS.LIST_POLICIES, respond: list },
    {
      method: 'get',
      path: '/policy/{id}',
      operation: OPERATIONS.READ_POLICY,
      async respond(c) {
        await admit(c, 'policies:read', idOf(c))
        return c.text(encodeBase64Url(encodeUtf8(await readText(room, idOf(c), 'attestation'))))
      },
    },
    {
      method: 'delete',
      path: '/policy/{id}',
      operation: OPERATIONS.DELETE_POLICY,
      async respond(c) {
        const author = await admit(c, 'policies:write', idOf(c))
        await room.delete(idOf(c), author)
        c.set('audited', true)
        return c.body(null, 200)
      },
    },
  ]
}

function createKeyRoutes({ tokens, readCertificates, issuer, publicUrl }: AttestationFaceOptions): Route[] {
  const readKeys = async (c: HttpContext) => c.json({ keys: await tokens.listKeys() })
  return [
    {
      method: 'get',
      path: '/certificate',
      operation: OPERATIONS.CERTIFICATE,
      async respond(c) {
        const pem = await readCertificates()
        if (pem === undefined) return c.json({ error: 'No certificate configured' }, 404)
        return c.body(pem, 200, { 'content-type': 'application/x-pem-file' })
      },
    },
    { method: 'get', path: '/jwks', operation: OPERATIONS.KEYS, respond: readKeys },
    { method: 'get', path: '/.well-known/jwks.json', operation: OPERATIONS.KEYS, respond: readKeys },
    {
      method: 'get',
      path: '/.well-known/openid-configuration',
      operation: OPERATIONS.DISCOVERY,
      async respond(c) {
        if (publicUrl === undefined) return c.json({ error: 'No public address configured (token.publicUrl)' }, 404)
        const algorithms = (await tokens.listKeys()).map((key) => key['alg'])
        return c.json({
          issuer,
          jwks_uri: `${publicUrl.replace(/\/+$/, '')}/.well-known/jwks.json`,
          id_token_signing_alg_values_supported: [...new Set(algorithms)],
          response_types_supported: ['id_token'],
          subject_types_supported: ['public'],
        })
      },
    },
  ]
}
