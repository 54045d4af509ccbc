/** What the OpenAPI document says of the attestation service. */
import { z } from '@hono/zod-openapi'
import { jsonContent, type Operation } from '../http/operation.ts'
import { POLICY_BODY } from '../policies/index.ts'
import { CHALLENGE_BODY, EVALUATION_BODY } from './bodies.ts'

const PROBLEM = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    code: z.string(),
    detail: z.string(),
    retryable: z.boolean(),
    field: z.string().optional(),
    cause: z.string(),
    next: z.string(),
  })
  .loose()
  .openapi('AttestationProblem')

const refusal = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: PROBLEM } },
})
const text = (description: string) => ({ description, content: { 'text/plain': { schema: z.string() } } })
const MALFORMED = { 400: refusal('The request is malformed') }
const ADMIN = {
  401: refusal('No valid administrator token'),
  403: refusal('The role or the scopes of the key do not allow it'),
}
const security = [{ admin: [] }]
const params = z.object({ id: z.string() })
const ABSENT = { 404: refusal('There is no such policy') }

export const EVALUATE: Operation = {
  summary: 'Judge evidence, ask policies, and get a token',
  request: { body: { content: jsonContent(EVALUATION_BODY) } },
  responses: {
    200: text('The token'),
    ...MALFORMED,
    401: refusal('The challenge token is missing or refused'),
    404: refusal('There is no such policy'),
    422: refusal('The evidence was refused; field and findings say why'),
    502: refusal('A service that is needed answered wrongly'),
    503: refusal('A service or a file that is needed cannot be reached'),
  },
}

export const CHALLENGE: Operation = {
  summary: 'Get a nonce to attest, with a token that says it is of this service',
  request: { body: { content: jsonContent(CHALLENGE_BODY) } },
  responses: { 200: text('JSON as text: nonce and extra-params.jwt'), ...MALFORMED },
}

export const SET_POLICY: Operation = {
  summary: 'Set an attestation policy',
  security,
  request: { body: { content: jsonContent(POLICY_BODY) } },
  responses: { 200: { description: 'Compiled, stored and in force' }, ...MALFORMED, ...ADMIN },
}

export const LIST_POLICIES: Operation = {
  summary: 'Ids and digests of attestation policies in force',
  security,
  responses: {
    200: {
      description: 'SHA-384 in base64url',
      content: jsonContent(z.array(z.object({ 'policy-id': z.string(), 'policy-hash': z.string() }))),
    },
    ...ADMIN,
  },
}

export const READ_POLICY: Operation = {
  summary: 'An attestation policy',
  security,
  request: { params },
  responses: { 200: text('The text in base64url'), ...ADMIN, ...ABSENT },
}

export const DELETE_POLICY: Operation = {
  summary: 'Delete an attestation policy',
  security,
  request: { params },
  responses: {
    200: { description: 'Deleted' },
    ...ADMIN,
    ...ABSENT,
    409: refusal('The default policy, or a policy that is a file'),
  },
}

export const CERTIFICATE: Operation = {
  summary: 'Certificates of the key that signs tokens',
  responses: {
    200: { description: 'PEM, leaf first', content: { 'application/x-pem-file': { schema: z.string() } } },
    404: { description: 'It has none' },
  },
}

export const KEYS: Operation = {
  summary: 'Public keys of tokens',
  responses: {
    200: {
      description: 'JSON Web Key Set, the key that signs first',
      content: jsonContent(z.object({ keys: z.array(z.record(z.string(), z.unknown())) })),
    },
  },
}

export const DISCOVERY: Operation = {
  summary: 'OpenID discovery',
  responses: {
    200: {
      description: 'Issuer and place of the keys',
      content: jsonContent(z.object({ issuer: z.string(), jwks_uri: z.string() }).loose()),
    },
    404: { description: 'The configuration names no public address' },
  },
}

export const STATUS: Operation = {
  summary: 'How the service and what it needs are',
  responses: {
    200: {
      description: 'In every state',
      content: jsonContent(
        z.object({ service: z.string(), status: z.string(), dependencies: z.array(z.object({}).loose()) }),
      ),
    },
  },
}

export const HEALTH: Operation = {
  summary: 'Whether the attestation service answers',
  responses: { 200: { description: 'It does', content: jsonContent(z.object({ status: z.string() })) } },
}
