import { createPublicKey } from 'node:crypto'
import { parseJson } from '@veritee/codec/json'
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose'
import { ServiceError } from '../errors.ts'
import { AUDIT_HEAD_TYPE } from '../tokens/index.ts'

/** A head as `GET /api/v1/audit/head` gives it. */
export interface SignedAuditHead {
  readonly seq: number
  /** Hash of the entry `seq`, hexadecimal. */
  readonly hash: string
  /** Epoch seconds. */
  readonly time: number
  /** JWT over the members above. */
  readonly signature: string
}

/**
 * Reads a head that was kept. Its signature is not looked at: see {@link verifyAuditHead}.
 *
 * @throws ServiceError SERVICE_AUDIT_HEAD_INVALID
 */
export function parseAuditHead(text: string): SignedAuditHead {
  const head = readObject(text)
  const { seq, hash, time, signature } = head
  const isWhole =
    Number.isSafeInteger(seq) &&
    Number.isSafeInteger(time) &&
    typeof hash === 'string' &&
    /^[0-9a-f]{64}$/.test(hash) &&
    typeof signature === 'string'
  if (isWhole) return { seq: seq as number, time: time as number, hash, signature }
  throw invalid('head', 'seq, hash, time and signature', Object.keys(head).join(', ') || 'nothing')
}

/**
 * Checks that the service signed a head.
 *
 * @param keys the public key of tokens as PEM, or a JWK set
 * @throws ServiceError SERVICE_AUDIT_HEAD_INVALID for a key that cannot be read, a signature of another key, or one over
 * other values
 */
export async function verifyAuditHead(head: SignedAuditHead, keys: string): Promise<void> {
  const options = { typ: AUDIT_HEAD_TYPE, algorithms: ['ES256'] }
  const verify = async () => {
    const isPem = keys.trimStart().startsWith('-----BEGIN')
    if (isPem) return jwtVerify(head.signature, createPublicKey(keys), options)
    return jwtVerify(head.signature, createLocalJWKSet(readObject(keys) as unknown as JSONWebKeySet), options)
  }
  const { payload } = await verify().catch((cause: unknown) => {
    if (cause instanceof ServiceError) throw cause
    const reason = cause instanceof errors.JOSEError ? cause.code : 'no public key'
    throw invalid('head.signature', 'a signature of the given key', reason, cause)
  })
  for (const name of ['seq', 'hash', 'time'] as const)
    if (payload[name] !== head[name]) throw invalid(`head.${name}`, payload[name], head[name])
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (cause) {
    throw invalid('head', 'JSON', 'other text', cause)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw invalid('head', 'an object', 'another value')
}

function invalid(path: string, expected: unknown, actual: unknown, cause?: unknown): ServiceError {
  return new ServiceError('SERVICE_AUDIT_HEAD_INVALID', undefined, { details: { path, expected, actual }, cause })
}
