import { parseJson } from '@veritee/codec/json'
import { GuestError, type GuestErrorCode } from '../errors.ts'
import type { BrokerResponse } from '../transport/index.ts'

/** What a broker says when it refuses. Brokers of other makes send `type` and `detail` alone. */
export interface BrokerRefusal {
  readonly status: number
  readonly type?: string
  readonly detail?: string
  readonly code?: string
  readonly next?: string
  readonly requestId?: string
}

/** The three requests of the protocol; the same status means different things to each. */
export type Step = 'auth' | 'attest' | 'resource'

const CODES: Readonly<Record<Step, Readonly<Record<number, GuestErrorCode>>>> = {
  auth: { 400: 'GUEST_HANDSHAKE_REFUSED', 401: 'GUEST_HANDSHAKE_REFUSED', 403: 'GUEST_HANDSHAKE_REFUSED' },
  attest: { 400: 'GUEST_HANDSHAKE_REFUSED', 401: 'GUEST_EVIDENCE_REFUSED', 403: 'GUEST_EVIDENCE_REFUSED' },
  resource: { 401: 'GUEST_RESOURCE_UNAUTHORIZED', 403: 'GUEST_RESOURCE_DENIED', 404: 'GUEST_RESOURCE_NOT_FOUND' },
}

/** Turns an answer other than 200 into an error that carries all the broker said. */
export function describeRefusal(step: Step, response: BrokerResponse): GuestError {
  const body = readObject(response.body)
  const text = (name: string) => (typeof body[name] === 'string' ? { [name]: body[name] } : {})
  const broker: BrokerRefusal = {
    status: response.status,
    ...text('type'),
    ...text('detail'),
    ...text('code'),
    ...text('next'),
    ...text('requestId'),
  }
  const code = isAboutSession(broker, step)
    ? 'GUEST_HANDSHAKE_REFUSED'
    : (CODES[step][response.status] ?? 'GUEST_BROKER_FAILED')
  const { path, expected, actual } = body
  return new GuestError(
    code,
    broker.detail === undefined ? undefined : `The key broker answered ${response.status}: ${broker.detail}`,
    {
      details: {
        ...(typeof path === 'string' ? { path } : {}),
        ...(expected === undefined ? {} : { expected }),
        ...(actual === undefined ? {} : { actual }),
        broker,
        findings: Array.isArray(body['findings']) ? body['findings'] : [],
        ...(body['judgement'] === undefined ? {} : { judgement: body['judgement'] }),
      },
    },
  )
}

/** A handshake that went stale on its way is no judgement of the evidence. */
function isAboutSession(broker: BrokerRefusal, step: Step): boolean {
  return (
    step === 'attest' &&
    (broker.code?.startsWith('BROKER_SESSION_') || broker.code === 'BROKER_NONCE_MISMATCH' || false)
  )
}

function readObject(body: Uint8Array): Record<string, unknown> {
  try {
    const value = parseJson(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
