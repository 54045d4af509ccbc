/** The attestation service behind its gRPC methods: the same evaluation, policies and challenges as over HTTP. */
import { randomUUID } from 'node:crypto'
import { decodeHex, encodeBase64Url, encodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import type { AssessedAttempt, RequestedEvidence } from '../attestation/index.ts'
import { type AttestationService, describeChallenge, readTeeChallenge } from '../attestation-face/index.ts'
import type { AuditLog } from '../audit/index.ts'
import { ServiceError } from '../errors.ts'
import {
  decodePolicy,
  expectAttestation,
  listDigests,
  type PolicyAuthor,
  type PolicyRoom,
  readText,
} from '../policies/index.ts'
import { type AuthorizeCall, answerAuditedCall, type CallOrigin } from './access.ts'
import type { AttestationPort, EvidenceCall } from './attestation-service.ts'

export interface AttestationPortOptions {
  readonly service: AttestationService
  readonly room: PolicyRoom
  readonly authorize: AuthorizeCall
  readonly audit: AuditLog
  /** Epoch seconds. */
  readonly now: () => number
}

/** Attestation policies concern every machine: who has rights for some paths only has none here. */
const EVERYWHERE = '*'

export function createAttestationPort(options: AttestationPortOptions): AttestationPort {
  const { service, room, authorize, audit, now } = options
  const everywhere: AuthorizeCall = (origin, permission) => authorize(origin, permission, EVERYWHERE)
  const change = (id: string, origin: CallOrigin, work: (author: PolicyAuthor) => Promise<unknown>) =>
    answerAuditedCall(
      { permission: 'policies:write', object: id.slice(0, 128) },
      origin,
      { authorize: everywhere, audit },
      async ({ by, actor }) => void (await work({ by, actor, reason: 'set', permits: expectAttestation })),
    )
  return {
    evaluate: (evidence, policyIds, caller) => evaluate({ evidence, policyIds, client: caller.client }, options),
    async challenge({ tee, ...rest }) {
      const [unknown] = Object.keys(rest).filter((name) => name !== 'tee_params')
      if (unknown !== undefined)
        throw new ServiceError('SERVICE_REQUEST_INVALID', `inner: there is no parameter ${unknown.slice(0, 64)}.`, {
          details: { path: 'inner', expected: 'tee, tee_params', actual: unknown.slice(0, 64) },
        })
      return tee === undefined
        ? JSON.stringify(await describeChallenge(service.challenges, now()))
        : readTeeChallenge(tee)
    },
    setPolicy: (id, policy, origin) =>
      change(id, origin, (author) =>
        room.put({ id, kind: 'attestation', text: decodePolicy(policy), activate: true }, author),
      ),
    async readPolicy(id, origin) {
      await everywhere(origin, 'policies:read', id)
      return encodeBase64Url(encodeUtf8(await readText(room, id, 'attestation')))
    },
    async listPolicies(origin) {
      await everywhere(origin, 'policies:read', EVERYWHERE)
      return (await listDigests(room)).map(({ id, hash }) => ({ id, hash: encodeBase64Url(decodeHex(hash)) }))
    },
    deletePolicy: (id, origin) => change(id, origin, (author) => room.delete(id, author)),
    readStatus: () => service.readStatus(),
  }
}

interface EvaluationCall {
  readonly evidence: readonly EvidenceCall[]
  readonly policyIds: readonly string[]
  readonly client: string
}

/** Evaluates, and enters what came of it together with the records of the attempt. */
async function evaluate(
  { evidence, policyIds, client }: EvaluationCall,
  { service, audit }: AttestationPortOptions,
): Promise<string> {
  const requestId = randomUUID()
  let attempt: AssessedAttempt | undefined
  const enter = (error?: unknown) => {
    const { object, detail } = attempt?.audit ?? { object: 'attestation', detail: {} }
    return audit.record(
      {
        actor: attempt?.actor ?? { kind: 'client', id: client },
        action: 'attestation',
        object,
        ...describeOutcome(error),
        requestId,
        detail: { ...detail, client, service: 'attestation-service' },
      },
      attempt?.records,
    )
  }
  let token: string
  try {
    const request = { evidence: evidence.map(toRequestedEvidence), policyIds }
    token = await service.evaluator.evaluate(request, { client, requestId }, (assessed) => {
      attempt = assessed
    })
  } catch (error) {
    await enter(error)
    throw error
  }
  await enter()
  return token
}

function describeOutcome(error: unknown): { outcome: 'done' | 'refused' | 'failed'; code?: string } {
  if (error === undefined) return { outcome: 'done' }
  if (!isCodedError(error)) return { outcome: 'failed', code: 'SERVICE_INTERNAL' }
  return { outcome: error.status < 500 ? 'refused' : 'failed', code: error.code }
}

/** @throws ServiceError SERVICE_REQUEST_INVALID for structured runtime data that is no JSON */
function toRequestedEvidence({ runtimeData, ...piece }: EvidenceCall, index: number): RequestedEvidence {
  if (runtimeData === undefined) return piece
  if (runtimeData.kind === 'raw') return { ...piece, runtimeData: { kind: 'raw', text: runtimeData.text } }
  try {
    return { ...piece, runtimeData: { kind: 'structured', value: parseJson(runtimeData.text) } }
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    const path = `verification_requests[${index}].structured_runtime_data`
    throw new ServiceError('SERVICE_REQUEST_INVALID', `${path}: ${cause.message}`, { cause, details: { path } })
  }
}
