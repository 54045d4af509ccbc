/** Bodies of the attestation service, in the words of its clients. Members that are not named here are passed over. */
import { z } from '@hono/zod-openapi'
import type { EvaluationRequest, RequestedEvidence } from '../attestation/index.ts'
import { ServiceError } from '../errors.ts'
import { type HttpContext, readJsonBody } from '../http/index.ts'

/** Passes where one of the members is there and the others are not. */
const hasOne = (given: object): boolean => Object.values(given).filter((value) => value !== undefined).length === 1

const PIECE = z.object({
  tee: z.string().max(64),
  evidence: z.string().min(1),
  runtime_data: z
    .object({ raw: z.string().optional(), structured: z.record(z.string(), z.unknown()).optional() })
    .refine(hasOne, 'either raw or structured')
    .nullish(),
  init_data: z
    .object({ init_data_digest: z.string().optional(), init_data_toml: z.string().optional() })
    .refine(hasOne, 'either init_data_digest or init_data_toml')
    .nullish(),
  runtime_data_hash_algorithm: z.string().max(64).nullish(),
  additional_data: z.string().max(65_536).nullish(),
})

/** POST /attestation. */
export const EVALUATION_BODY: z.ZodObject = z
  .object({ verification_requests: z.array(PIECE), policy_ids: z.array(z.string()) })
  .openapi('AttestationRequest')

/** POST /challenge: nothing for a challenge token, a TEE and its parameters for what its verifier asks. */
export const CHALLENGE_BODY: z.ZodObject = z
  .object({ tee: z.string().max(64).optional(), tee_params: z.string().max(65_536).optional() })
  .openapi('ChallengeRequest')

/**
 * Reads a JSON body that says it is one.
 *
 * @throws ServiceError SERVICE_REQUEST_INVALID, SERVICE_HTTP_BODY_*
 */
export async function readJson<T>(c: HttpContext, bodyBytes: number, schema: z.ZodType<T>): Promise<T> {
  const type = c.req.header('content-type') ?? ''
  if (/^application\/json\s*(?:;|$)/i.test(type)) return readJsonBody(c, bodyBytes, schema)
  throw new ServiceError('SERVICE_REQUEST_INVALID', 'The body is no JSON: it does not say so in its content type.', {
    details: { path: 'body', expected: 'content-type: application/json', actual: type.slice(0, 64) },
  })
}

/** The request in the words of the core. */
export function toEvaluation(body: unknown): EvaluationRequest {
  const { verification_requests: pieces, policy_ids: policyIds } = body as {
    verification_requests: z.infer<typeof PIECE>[]
    policy_ids: string[]
  }
  return { evidence: pieces.map(toRequestedEvidence), policyIds }
}

function toRequestedEvidence(piece: z.infer<typeof PIECE>): RequestedEvidence {
  const { tee, evidence, runtime_data: runtime, init_data: init } = piece
  const { runtime_data_hash_algorithm: hash, additional_data: additional } = piece
  return {
    tee,
    evidence,
    ...(runtime ? { runtimeData: toRuntimeData(runtime) } : {}),
    ...(init ? { initData: toInitData(init) } : {}),
    ...(hash ? { runtimeDataHash: hash } : {}),
    ...(additional ? { additionalData: additional } : {}),
  }
}

function toRuntimeData(
  given: NonNullable<z.infer<typeof PIECE>['runtime_data']>,
): NonNullable<RequestedEvidence['runtimeData']> {
  return given.raw === undefined ? { kind: 'structured', value: given.structured } : { kind: 'raw', text: given.raw }
}

function toInitData(
  given: NonNullable<z.infer<typeof PIECE>['init_data']>,
): NonNullable<RequestedEvidence['initData']> {
  return given.init_data_digest === undefined
    ? { kind: 'toml', text: given.init_data_toml ?? '' }
    : { kind: 'digest', text: given.init_data_digest }
}
