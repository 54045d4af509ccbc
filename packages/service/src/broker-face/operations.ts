import { z } from '@hono/zod-openapi'
import { jsonContent as json, type Operation, refusal } from '../http/operation.ts'

/** What the OpenAPI document says of each operation. Bodies are read by the broker's own strict parsers, not by these. */
const segment = z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/)
const params = z.object({ repository: segment, type: segment, tag: segment })
const bytes = { content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } } }

const MALFORMED = { 400: refusal('The request is malformed'), 413: refusal('The body is too large') }
const ADMIN_REFUSED = {
  401: refusal('No valid administrator token'),
  403: refusal('The role or the scopes of the key do not allow it'),
}
const ABSENT = { 404: refusal('No such secret, or no such path') }
const admin = [{ admin: [] }]

export const AUTH: Operation = {
  summary: 'Ask for a challenge',
  request: {
    body: { content: json(z.object({ version: z.literal('0.4.0'), tee: z.string(), 'extra-params': z.unknown() })) },
  },
  responses: {
    200: {
      description: 'The challenge; the cookie kbs-session-id carries the handshake',
      content: json(z.object({ nonce: z.string(), 'extra-params': z.unknown() })),
    },
    ...MALFORMED,
  },
}

export const ATTEST: Operation = {
  summary: 'Answer the challenge with evidence',
  security: [{ session: [] }],
  request: {
    body: {
      content: json(
        z.object({
          'init-data': z.object({ format: z.literal('toml'), body: z.string() }).nullish(),
          'runtime-data': z.object({ nonce: z.string(), 'tee-pubkey': z.record(z.string(), z.string()) }),
          'tee-evidence': z.object({ primary_evidence: z.unknown(), additional_evidence: z.string() }),
        }),
      ),
    },
  },
  responses: {
    200: { description: 'The evidence was accepted', content: json(z.object({ token: z.string() })) },
    ...MALFORMED,
    401: refusal('The handshake or the evidence was refused; the findings say why'),
  },
}

export const RESOURCE: Operation = {
  summary: 'Get a secret, encrypted to the key that was attested',
  security: [{ session: [] }, { attestation: [] }],
  request: { params },
  responses: {
    200: {
      description: 'Flattened JWE JSON',
      content: json(
        z.object({
          protected: z.string(),
          encrypted_key: z.string(),
          iv: z.string(),
          ciphertext: z.string(),
          tag: z.string(),
        }),
      ),
    },
    401: refusal('Neither an attested session nor a valid token'),
    403: refusal('The resource policy does not release this secret'),
    ...ABSENT,
  },
}

export const ADMIN_PUT: Operation = {
  summary: 'Store a secret: the bytes of the body',
  security: admin,
  request: { params, body: bytes },
  responses: { 200: { description: 'Stored' }, ...MALFORMED, ...ADMIN_REFUSED, ...ABSENT },
}

export const ADMIN_DELETE: Operation = {
  summary: 'Delete a secret',
  security: admin,
  request: { params },
  responses: { 200: { description: 'Deleted' }, ...ADMIN_REFUSED, ...ABSENT },
}

export const ADMIN_LIST: Operation = {
  summary: 'List the paths of all secrets, or those of one repository or type',
  security: admin,
  request: { query: z.object({ repository: z.string().optional(), type: z.string().optional() }) },
  responses: {
    200: {
      description: 'Paths in ascending order',
      content: json(
        z.array(z.object({ repository_name: z.string(), resource_type: z.string(), resource_tag: z.string() })),
      ),
    },
    ...ADMIN_REFUSED,
  },
}
