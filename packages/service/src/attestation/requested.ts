/** Evidence as it is sent to the attestation service, read: what is judged, and what it must carry. */

import { DEFAULT_HASH, digestInitData, digestRuntimeData } from '@veritee/broker/binding'
import { BINDING_HASHES, type BindingHash, parseTeeName } from '@veritee/broker/protocol'
import { decodeBase64, decodeBase64Url } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import { ServiceError, type ServiceErrorCode } from '../errors.ts'
import { readInitDataClaims } from './init-data.ts'
import type { JudgeRequest } from './types.ts'

/** One piece of evidence as it came: texts that nobody has read yet. */
export interface RequestedEvidence {
  readonly tee: string
  /** Evidence JSON in base64url without padding. */
  readonly evidence: string
  /** `raw` is base64url of the report data itself; of `structured` the canonical digest is. */
  readonly runtimeData?:
    | { readonly kind: 'raw'; readonly text: string }
    | { readonly kind: 'structured'; readonly value: unknown }
  /** `digest` is base64url, `toml` the whole text. */
  readonly initData?: { readonly kind: 'digest' | 'toml'; readonly text: string }
  /** Empty or absent: SHA-384. */
  readonly runtimeDataHash?: string
  readonly additionalData?: string
}

const MAX_RAW_BYTES = 1024
/** What digests of init data are long. */
const DIGEST_BYTES: readonly number[] = [32, 48, 64]

/**
 * Reads one piece of evidence.
 *
 * @param path what errors name, such as `verification_requests[0]`
 * @throws ServiceError SERVICE_REQUEST_INVALID, SERVICE_EVIDENCE_ENCODING, SERVICE_EVIDENCE_JSON; BrokerError BROKER_TEE_UNKNOWN
 */
export function readRequestedEvidence(requested: RequestedEvidence, path: string): JudgeRequest {
  const { tee, evidence, runtimeData, initData, runtimeDataHash } = requested
  return {
    tee: parseTeeName(tee, `${path}.tee`),
    evidence: readEvidence(evidence, `${path}.evidence`),
    ...readRuntimeData(runtimeData, readHash(runtimeDataHash, path), path),
    ...(initData === undefined ? {} : { initData: readInitData(initData, `${path}.init_data`) }),
  }
}

function readEvidence(text: string, path: string): object {
  const bytes = readBytes(text, path, 'SERVICE_EVIDENCE_ENCODING')
  let value: unknown
  try {
    value = parseJson(bytes)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw refuse('SERVICE_EVIDENCE_JSON', path, `The evidence is no JSON: ${cause.message}`)
  }
  if (typeof value === 'object' && value !== null) return value
  throw refuse('SERVICE_EVIDENCE_JSON', path, 'The evidence is no JSON object.')
}

function readHash(name: string | undefined, path: string): BindingHash {
  if (name === undefined || name === '') return DEFAULT_HASH
  const hash = BINDING_HASHES.find((known) => known === name.toLowerCase())
  if (hash !== undefined) return hash
  throw invalid(`${path}.runtime_data_hash_algorithm`, BINDING_HASHES.join(', '), name.slice(0, 64))
}

/** Raw data is compared as it is; structured data is hashed, and can carry a key and a nonce. */
function readRuntimeData(
  given: RequestedEvidence['runtimeData'],
  hash: BindingHash,
  path: string,
): Pick<JudgeRequest, 'reportData' | 'runtimeData'> {
  if (given === undefined) return {}
  if (given.kind === 'raw') {
    const bytes = readBytes(given.text, `${path}.runtime_data.raw`)
    if (bytes.length > 0 && bytes.length <= MAX_RAW_BYTES) return { reportData: [bytes] }
    throw invalid(`${path}.runtime_data.raw`, `1 to ${MAX_RAW_BYTES} bytes`, bytes.length)
  }
  const { value } = given
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${path}.runtime_data.structured`, 'an object', value === null ? 'null' : typeof value)
  const runtimeData = value as Readonly<Record<string, unknown>>
  return { runtimeData, reportData: [digestRuntimeData(runtimeData, hash)] }
}

function readInitData(
  { kind, text }: NonNullable<RequestedEvidence['initData']>,
  path: string,
): NonNullable<JudgeRequest['initData']> {
  if (kind === 'digest') {
    const bytes = readBytes(text, `${path}.init_data_digest`)
    if (DIGEST_BYTES.includes(bytes.length)) return { digests: [bytes] }
    throw invalid(`${path}.init_data_digest`, `${DIGEST_BYTES.join(', ')} bytes`, bytes.length)
  }
  const claims = readInitDataClaims(text)
  if (claims !== undefined) return { digests: digestInitData(text), claims }
  throw invalid(`${path}.init_data_toml`, 'TOML with a table `data`', 'another text')
}

function readBytes(text: string, path: string, code: ServiceErrorCode = 'SERVICE_REQUEST_INVALID'): Uint8Array {
  try {
    return /[+/=]/.test(text) ? decodeBase64(text) : decodeBase64Url(text)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw refuse(code, path, `${path}: not base64url.`)
  }
}

function invalid(path: string, expected: unknown, actual: unknown): ServiceError {
  return new ServiceError('SERVICE_REQUEST_INVALID', `${path}: expected ${expected}.`, {
    details: { path, expected, actual },
  })
}

function refuse(code: ServiceErrorCode, path: string, message: string): ServiceError {
  return new ServiceError(code, message, { details: { path } })
}
