import { decodeBase64Url } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import { EvidenceError } from '../errors.ts'
import type { Description } from './types.ts'

/** Describes a compact token. Its signature is not looked at: whoever holds it can have written it. */
export function describeToken(token: string): Description {
  const [header, payload, signature] = token.split('.') as [string, string, string]
  const claims = readPart(payload, 'payload')
  return {
    header: readPart(header, 'header'),
    format: isObject(claims) && ('submods' in claims || 'eat_profile' in claims) ? 'EAR' : 'JWT',
    claims,
    signed: signature !== '',
  }
}

function readPart(part: string, path: string): unknown {
  try {
    return parseJson(decodeBase64Url(part))
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new EvidenceError('EVIDENCE_ENCODING_INVALID', 'A part of the token is not JSON in base64url.', {
      details: { path: `token.${path}` },
      cause,
    })
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
