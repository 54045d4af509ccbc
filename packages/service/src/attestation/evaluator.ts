/** The attestation service without HTTP and gRPC: evidence in, a token out. */
import { checkPolicyId } from '@veritee/appraisal/policy'
import { isCodedError } from '@veritee/codec/error'
import { canonicalizeJson, parseJson } from '@veritee/codec/json'
import type { ServiceConfig } from '../config/index.ts'
import { ServiceError } from '../errors.ts'
import type { JudgedEvidence, TokenIssuer } from '../tokens/index.ts'
import { type AssessedAttempt, type AttemptOrigin, type AttemptRuntime, assessAttempt } from './attempt.ts'
import type { Challenges } from './challenge.ts'
import { type RequestedEvidence, readRequestedEvidence } from './requested.ts'
import type { JudgeRequest } from './types.ts'

/** What is to be attested, under which policies. */
export interface EvaluationRequest {
  /** The machine first, then devices beside it. */
  readonly evidence: readonly RequestedEvidence[]
  /** `default` where none is named. */
  readonly policyIds: readonly string[]
}

/** Evaluates evidence and issues tokens. */
export interface Evaluator {
  /**
   * @param note told of the attempt before its token is made or its refusal thrown: whoever asks writes the audit entry with it
   * @returns the token
   * @throws ServiceError SERVICE_REQUEST_INVALID, SERVICE_EVIDENCE_*, SERVICE_CHALLENGE_*; BrokerError BROKER_TEE_UNKNOWN,
   *   BROKER_EVIDENCE_REFUSED; AppraisalError APPRAISAL_POLICY_*, APPRAISAL_TOKEN_NOT_AFFIRMED; CollateralError
   */
  evaluate(
    request: EvaluationRequest,
    origin: Omit<AttemptOrigin, 'source'>,
    note: (attempt: AssessedAttempt) => void,
  ): Promise<string>
}

export interface EvaluatorOptions extends AttemptRuntime {
  readonly tokens: TokenIssuer
  readonly challenges: Challenges
  readonly requireChallenge: boolean
  readonly token: Pick<ServiceConfig['token'], 'kind' | 'additionalClaims'>
  /** Epoch seconds. */
  readonly now: () => number
}

/** One machine and as many devices as composite evidence may have. */
const MAX_PIECES = 17

export function createEvaluator(options: EvaluatorOptions): Evaluator {
  const { tokens, challenges } = options
  return {
    async evaluate({ evidence: requested, policyIds }, origin, note) {
      const now = options.now()
      expectCount(requested)
      policyIds.forEach((id, index) => void checkPolicyId(id, `policy_ids[${index}]`))
      const evidence = requested.map((piece, index) => readRequestedEvidence(piece, pathOf(index)))
      const additional = readAdditionalData(requested[0]?.additionalData, options.token)
      expectOneKey(evidence)
      const nonces = await verifyChallenges(evidence, options, now)
      await challenges.claim(nonces, requested, now)
      const request = { evidence, policyIds, requireFresh: options.requireChallenge }
      const attempt = await assessAttempt(request, { source: 'attestation-api', ...origin }, options, now)
      note(attempt)
      const { judged, failure } = attempt.assessment
      if (failure !== undefined) throw failure
      const nonce = nonces[0] ?? findNonce(judged)
      return (await tokens.issue({ ...(nonce === undefined ? {} : { nonce }), additional }, judged, now)).token
    },
  }
}

const pathOf = (index: number) => `verification_requests[${index}]`

function expectCount({ length }: EvaluationRequest['evidence']): void {
  if (length >= 1 && length <= MAX_PIECES) return
  throw new ServiceError('SERVICE_REQUEST_INVALID', `verification_requests: expected 1 to ${MAX_PIECES}.`, {
    details: { path: 'verification_requests', expected: `1 to ${MAX_PIECES}`, actual: length },
  })
}

/**
 * A token names one key, so all that stands in it must be bound to that key: otherwise evidence of a device would speak for a
 * machine that it is not in.
 *
 * @throws ServiceError SERVICE_EVIDENCE_UNBOUND
 */
function expectOneKey(evidence: readonly JudgeRequest[]): void {
  const [first, ...others] = evidence.map(({ runtimeData }) => canonicalizeJson(runtimeData?.['tee-pubkey'] ?? null))
  const stranger = others.findIndex((key) => key !== first)
  if (stranger < 0) return
  throw new ServiceError('SERVICE_EVIDENCE_UNBOUND', undefined, {
    details: {
      path: `${pathOf(stranger + 1)}.runtime_data`,
      expected: 'the tee-pubkey of the first piece',
      actual: 'another, or none',
    },
  })
}

/** The nonces of challenges that the evidence answers. @throws ServiceError SERVICE_CHALLENGE_* */
async function verifyChallenges(
  evidence: readonly JudgeRequest[],
  { challenges, requireChallenge }: EvaluatorOptions,
  now: number,
): Promise<string[]> {
  const nonces: string[] = []
  for (const [index, { runtimeData = {} }] of evidence.entries()) {
    const path = `${pathOf(index)}.runtime_data.structured.challenge_token`
    const token = runtimeData['challenge_token']
    if (typeof token === 'string') nonces.push(await challenges.verify(token, runtimeData, path, now))
    else if (requireChallenge || token !== undefined)
      throw new ServiceError('SERVICE_CHALLENGE_REQUIRED', undefined, {
        details: { path, expected: 'a challenge token' },
      })
  }
  return nonces
}

/** The nonce that the evidence was made for, where it is bound to one. */
function findNonce(judged: readonly JudgedEvidence[]): string | undefined {
  const { evidence, judgement } = judged[0] as JudgedEvidence
  const nonce = judgement.answers.fresh === 'yes' ? evidence.runtimeData?.['nonce'] : undefined
  return typeof nonce === 'string' && nonce.length <= 512 ? nonce : undefined
}

/** Texts that whoever asks wants in an OIDC token. Other tokens have no place for them. */
function readAdditionalData(
  text: string | undefined,
  { kind, additionalClaims }: EvaluatorOptions['token'],
): Record<string, string> {
  if (text === undefined || text === '' || kind !== 'oidc' || additionalClaims.length === 0) return {}
  const path = `${pathOf(0)}.additional_data`
  let value: unknown
  try {
    value = parseJson(text)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ServiceError('SERVICE_REQUEST_INVALID', `${path}: expected a JSON object.`, { details: { path } })
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
