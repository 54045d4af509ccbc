/** Reading appraisal results, of either shape. */
import { CodecError } from '@veritee/codec'
import { parseJson } from '@veritee/codec/json'
import { AppraisalError } from '../../errors.ts'
import { findIntelClass } from '../classes.ts'
import { type JwsCodes, parseJws, readJwsPayload, verifyJws } from '../token/jws.ts'
import { type IntelPublicJwk, isSameIntelKey, nameIntelKey, readIntelJwk } from '../token/signer.ts'
import type { IntelPolicy, IntelVerdict, JsonObject } from '../types.ts'
import type { QuoteHash } from '../verification/document.ts'
import type { TokenTrust } from '../verification/token.ts'
import type { AppraisedReport, IntelResult } from './types.ts'

const CODES: JwsCodes = {
  malformed: 'INTEL_RESULT_MALFORMED',
  unsigned: 'INTEL_RESULT_UNSIGNED',
  signature: 'INTEL_RESULT_SIGNATURE_INVALID',
}
const MAX_REPORTS = 64
/** Nanoseconds until the year 2262. */
const INTEGER_BOUND = 1n << 63n

/** A result token that was read. */
export interface ReadResultToken {
  readonly result: IntelResult
  /** The key that signed it; absent for an unsigned token. */
  readonly signingKey?: IntelPublicJwk
  /** False where nobody was asked to trust the key, or nobody signed. */
  readonly authentic: boolean
}

/**
 * Verifies a result token: signed with ES384, by one of the trusted keys. An unsigned token passes only where the caller
 * says so by name.
 *
 * Throws INTEL_RESULT_*, INTEL_KEY_INVALID. Not checked: what the result says; look at `result.overall`.
 */
export async function verifyResultToken(token: string, trust: TokenTrust): Promise<ReadResultToken> {
  const jws = parseJws(token, CODES)
  if (jws.algorithm === 'none' && trust.allowUnsigned === true) {
    return { result: readPayload(readJwsPayload(jws, CODES)), authentic: false }
  }
  const signingKey = await verifyJws(jws, CODES)
  if (!(trust.keys ?? []).some((key) => isSameIntelKey(signingKey, key))) {
    throw new AppraisalError('INTEL_RESULT_KEY_UNTRUSTED', undefined, {
      details: { path: 'header.jwk', expected: 'a trusted key', actual: nameIntelKey(signingKey) },
    })
  }
  return { result: readPayload(readJwsPayload(jws, CODES)), signingKey, authentic: true }
}

/** Reads a result token without asking who signed it. Throws INTEL_RESULT_MALFORMED. */
export function readResultToken(token: string): ReadResultToken {
  const jws = parseJws(token, CODES)
  const { jwk } = jws
  return {
    result: readPayload(readJwsPayload(jws, CODES)),
    ...(jwk === undefined ? {} : { signingKey: jwk }),
    authentic: false,
  }
}

/** Reads a result from its JSON text. Throws INTEL_RESULT_MALFORMED. */
export function parseIntelResult(text: string): IntelResult {
  let value: unknown
  try {
    value = parseJson(text, { integers: 'bigint' })
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
    throw malformed('appraisal_result', 'JSON', cause)
  }
  const outer = Array.isArray(value) ? value[0] : value
  const inner = isObject(outer) ? (outer['result'] ?? outer) : undefined
  const document = Array.isArray(inner) && inner.length === 1 ? inner[0] : inner
  if (!isObject(document)) throw malformed('result', 'an object, or a list of one')
  return readDocument(document)
}

function readPayload(payload: JsonObject): IntelResult {
  const text = payload['appraisal_result']
  if (typeof text !== 'string') throw malformed('payload.appraisal_result', 'a text')
  return parseIntelResult(text)
}

function readDocument(document: JsonObject): IntelResult {
  const { appraised_reports: reports, quote_hash: hashes, user_data: userData, certification_data: data } = document
  if (!Array.isArray(reports) || reports.length === 0 || reports.length > MAX_REPORTS) {
    throw malformed('appraised_reports', `a list of 1 to ${MAX_REPORTS} reports`)
  }
  return {
    overall: readVerdict(document['overall_appraisal_result'], 'overall_appraisal_result'),
    checkDate: readInteger(document['appraisal_check_date'], 'appraisal_check_date'),
    nonce: readInteger(document['nonce'], 'nonce'),
    ...(Array.isArray(hashes) ? { quoteHashes: hashes.map(readHash) } : {}),
    ...(typeof userData === 'string' ? { userData } : {}),
    reports: reports.map(readReport),
    certificationData: Array.isArray(data) ? data.map(readCertificationData) : [],
    simulated: document['simulated'] === true,
  }
}

function readReport(value: unknown, index: number): AppraisedReport {
  const path = `appraised_reports.${index}`
  if (!isObject(value)) throw malformed(path, 'an object')
  const { report, policy, detailed_result: detailed } = value
  if (!isObject(report) || !isObject(report['environment']) || !isObject(report['measurement'])) {
    throw malformed(`${path}.report`, 'environment and measurement')
  }
  return {
    verdict: readVerdict(value['appraisal_result'], `${path}.appraisal_result`),
    report: { environment: report['environment'], measurement: report['measurement'] },
    ...(policy === undefined ? {} : { policy: readPolicy(policy, `${path}.policy`) }),
    ...(detailed === undefined ? {} : { detailed: readDetailed(detailed, `${path}.detailed_result`) }),
  }
}

function readPolicy(value: unknown, path: string): IntelPolicy {
  if (!isObject(value) || !isObject(value['environment']) || !isObject(value['reference'])) {
    throw malformed(path, 'environment and reference')
  }
  const { environment, reference, signature, signing_key: signingKey } = value
  const known = findIntelClass((environment as JsonObject)['class_id'])
  if (known === undefined) throw malformed(`${path}.environment.class_id`, 'one of the seven classes')
  return {
    classId: known.id,
    environment: environment as JsonObject,
    reference: reference as JsonObject,
    ...(typeof signature === 'string' ? { signature } : {}),
    ...(signingKey === undefined ? {} : { signingKey: readIntelJwk(signingKey) }),
  }
}

function readDetailed(value: unknown, path: string): AppraisedReport['detailed'] & object {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.map((item) => {
    if (!isObject(item) || Object.values(item).some((passed) => typeof passed !== 'boolean')) {
      throw malformed(path, 'names of checks, each true or false')
    }
    return item as { readonly [check: string]: boolean }
  })
}

function readCertificationData(value: unknown, index: number): JsonObject {
  if (!isObject(value)) throw malformed(`certification_data.${index}`, 'an object')
  const { certification_data: wrapped } = value
  return isObject(wrapped) ? wrapped : value
}

function readHash(value: unknown, index: number): QuoteHash {
  const path = `quote_hash.${index}`
  if (!isObject(value) || typeof value['quote_hash'] !== 'string' || typeof value['algo'] !== 'string') {
    throw malformed(path, 'quote_hash and algo')
  }
  return { quote_hash: value['quote_hash'], algo: value['algo'] }
}

function readVerdict(value: unknown, path: string): IntelVerdict {
  if (value === 1 || value === 0 || value === -1) return value
  throw malformed(path, '1, 0 or -1')
}

function readInteger(value: unknown, path: string): bigint {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) {
    const integer = BigInt(value)
    if (integer >= 0n && integer < INTEGER_BOUND) return integer
  }
  throw malformed(path, 'an integer from 0 to 2^63 - 1')
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(path: string, expected: unknown, cause?: unknown): AppraisalError {
  return new AppraisalError('INTEL_RESULT_MALFORMED', undefined, { details: { path, expected }, cause })
}
