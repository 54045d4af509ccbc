/** Verification results as tokens: a list of items in a JSON text inside a JSON text (section 5.2). */
import { CodecError } from '@veritee/codec'
import { parseJson } from '@veritee/codec/json'
import type { PublicKey } from '@veritee/codec/signature'
import { AppraisalError } from '../../errors.ts'
import { findIntelClass } from '../classes.ts'
import { writeJson } from '../json.ts'
import { encodeJws, type JwsCodes, parseJws, readJwsPayload, verifyJws } from '../token/jws.ts'
import { type IntelSigner, isSameIntelKey, nameIntelKey } from '../token/signer.ts'
import type { JsonObject } from '../types.ts'
import type { QuoteHash, VerificationReport, VerificationResult } from './document.ts'

const CODES: JwsCodes = {
  malformed: 'INTEL_VERIFICATION_MALFORMED',
  unsigned: 'INTEL_VERIFICATION_UNSIGNED',
  signature: 'INTEL_VERIFICATION_SIGNATURE_INVALID',
}
const MAX_REPORTS = 16

/** How a token is signed: by a key, or not at all, which has to be said. */
export type IntelSigning = IntelSigner | 'unsigned'

/** What a reader accepts: the keys it trusts, or unsigned tokens as well. */
export interface TokenTrust {
  readonly keys?: readonly PublicKey[]
  /** Accept tokens that nobody signed: only where the channel they come by is protected. Default false. */
  readonly allowUnsigned?: boolean
}

/** The items in the order the framework has them. */
export function encodeVerificationItems(result: VerificationResult): readonly JsonObject[] {
  const { quoteHash, userData, reports, simulated } = result
  return [
    ...(userData === undefined ? [] : [{ user_data: userData }]),
    ...(quoteHash === undefined ? [] : [{ ...quoteHash }]),
    ...(simulated ? [{ simulated: true }] : []),
    ...reports.map(({ environment, measurement, audit, certificationData }) => ({
      environment,
      measurement,
      ...(audit === undefined ? {} : { audit }),
      ...(certificationData === undefined ? {} : { certification_data: certificationData }),
    })),
  ]
}

/** A verification result as a token. */
export async function encodeVerificationResult(result: VerificationResult, signing: IntelSigning): Promise<string> {
  const text = writeJson({ qvl_result: encodeVerificationItems(result) })
  return await encodeJws({ iss: 'qvl', qvl_result: text }, signing === 'unsigned' ? undefined : signing)
}

/**
 * Reads a verification result token. The key of a signed one must be among the trusted keys.
 *
 * Throws INTEL_VERIFICATION_*.
 */
export async function verifyVerificationResult(token: string, trust: TokenTrust): Promise<VerificationResult> {
  const jws = parseJws(token, CODES)
  if (jws.algorithm !== 'none' || trust.allowUnsigned !== true) {
    const key = await verifyJws(jws, CODES)
    if (!(trust.keys ?? []).some((trusted) => isSameIntelKey(key, trusted))) {
      throw new AppraisalError('INTEL_VERIFICATION_KEY_UNTRUSTED', undefined, {
        details: { path: 'header.jwk', expected: 'a trusted key', actual: nameIntelKey(key) },
      })
    }
  }
  const text = readJwsPayload(jws, CODES)['qvl_result']
  if (typeof text !== 'string') throw malformed('payload.qvl_result', 'a text')
  return readItems(text)
}

function readItems(text: string): VerificationResult {
  const document = parse(text)
  const items = isObject(document) ? document['qvl_result'] : undefined
  if (!Array.isArray(items)) throw malformed('qvl_result', 'a list')
  const reports: VerificationReport[] = []
  let quoteHash: QuoteHash | undefined
  let userData: string | undefined
  let simulated = false
  for (const [index, item] of items.entries()) {
    const path = `qvl_result.${index}`
    if (!isObject(item)) throw malformed(path, 'an object')
    const { quote_hash, algo, user_data } = item
    if (typeof quote_hash === 'string' && typeof algo === 'string') quoteHash = { quote_hash, algo }
    else if (typeof user_data === 'string') userData = user_data
    else if (item['simulated'] === true) simulated = true
    else reports.push(readReport(item, path))
  }
  if (reports.length === 0 || reports.length > MAX_REPORTS) throw malformed('qvl_result', 'at least one report')
  return {
    ...(quoteHash === undefined ? {} : { quoteHash }),
    ...(userData === undefined ? {} : { userData }),
    reports,
    simulated,
  }
}

function readReport(item: JsonObject, path: string): VerificationReport {
  const { environment, measurement, audit, certification_data: certificationData } = item
  if (!isObject(environment)) throw malformed(`${path}.environment`, 'an object')
  if (!isObject(measurement)) throw malformed(`${path}.measurement`, 'an object')
  const known = findIntelClass(environment['class_id'])
  if (known === undefined) throw malformed(`${path}.environment.class_id`, 'one of the seven classes')
  return {
    classId: known.id,
    environment,
    measurement,
    ...(isObject(audit) ? { audit } : {}),
    ...(isObject(certificationData) ? { certificationData } : {}),
  }
}

function parse(text: string): unknown {
  try {
    return parseJson(text, { integers: 'bigint' })
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
    throw malformed('payload.qvl_result', 'JSON', cause)
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(path: string, expected: unknown, cause?: unknown): AppraisalError {
  return new AppraisalError('INTEL_VERIFICATION_MALFORMED', undefined, { details: { path, expected }, cause })
}
