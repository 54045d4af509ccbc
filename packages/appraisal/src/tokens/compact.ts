/** Signed tokens in their compact form (RFC 7515), read strictly before anything in them is believed. */
import { decodeBase64Url, encodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { type JsonLimits, parseJson } from '@veritee/codec/json'
import { AppraisalError } from '../errors.ts'
import { isTokenAlgorithm, TOKEN_ALGORITHMS } from './algorithm.ts'
import type { TokenAlgorithm, TokenJwk } from './types.ts'

const MAX_TOKEN_LENGTH = 1 << 20
const MAX_SIGNATURE_BYTES = 1024
const HEADER_LIMITS = { maxBytes: 64 << 10, maxDepth: 6, maxValues: 200 } as const
const PAYLOAD_LIMITS = { maxBytes: MAX_TOKEN_LENGTH, maxDepth: 32, maxValues: 200_000 } as const
const PART = /^[A-Za-z0-9_-]+$/

/** Members of a header that mean something here; `x5u` and `jku` are never followed. */
export interface TokenHeader {
  readonly alg: TokenAlgorithm
  readonly kid?: string
  readonly jwk?: TokenJwk
}

export interface CompactToken {
  readonly header: TokenHeader
  /** Exactly what is signed. */
  readonly signedBytes: Uint8Array
  readonly signature: Uint8Array
  /** Decoded, not yet read. */
  readonly payload: Uint8Array
}

/**
 * Reads a token. Duplicate members, `crit`, `b64`, padding, foreign letters and excess size are refused.
 *
 * Throws APPRAISAL_TOKEN_MALFORMED, and APPRAISAL_TOKEN_ALGORITHM_REFUSED for a missing algorithm, `none`, shared
 * secrets and whatever else is not on the list.
 */
export function parseCompactToken(token: string): CompactToken {
  if (token.length > MAX_TOKEN_LENGTH) throw malformed('token', `at most ${MAX_TOKEN_LENGTH} characters`, token.length)
  const parts = token.split('.', 4)
  const [head = '', body = '', signature = ''] = parts
  if (parts.length !== 3 || !PART.test(head) || !PART.test(body))
    throw malformed('token', 'three parts', `${parts.length} parts`)
  const header = readHeader(parseMembers(decodePart(head, 'header'), 'header', HEADER_LIMITS))
  const signatureBytes = decodePart(signature, 'signature')
  if (signatureBytes.length > MAX_SIGNATURE_BYTES)
    throw malformed('signature', `at most ${MAX_SIGNATURE_BYTES} bytes`, 'more')
  return {
    header,
    signedBytes: encodeUtf8(`${head}.${body}`),
    signature: signatureBytes,
    payload: decodePart(body, 'payload'),
  }
}

/** Reads the payload; only after the signature was found good. */
export function parsePayload({ payload }: CompactToken): TokenJwk {
  return parseMembers(payload, 'payload', PAYLOAD_LIMITS)
}

function readHeader(members: TokenJwk): TokenHeader {
  for (const name of ['crit', 'b64', 'zip']) {
    if (Object.hasOwn(members, name)) throw malformed(`header.${name}`, 'absent', 'present')
  }
  const { alg, typ, kid, jwk } = members
  if (!isTokenAlgorithm(alg)) {
    throw new AppraisalError('APPRAISAL_TOKEN_ALGORITHM_REFUSED', undefined, {
      details: {
        path: 'header.alg',
        expected: TOKEN_ALGORITHMS,
        actual: typeof alg === 'string' ? alg.slice(0, 32) : 'absent',
      },
    })
  }
  if (typ !== undefined && (typeof typ !== 'string' || !/^(?:application\/)?(?:[\w.-]+\+)?jwt$/i.test(typ))) {
    throw malformed('header.typ', 'JWT', String(typ).slice(0, 32))
  }
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > 256))
    throw malformed('header.kid', 'a short text', typeof kid)
  if (jwk !== undefined && (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk))) {
    throw malformed('header.jwk', 'an object', typeof jwk)
  }
  return { alg, ...(kid === undefined ? {} : { kid }), ...(jwk === undefined ? {} : { jwk: jwk as TokenJwk }) }
}

function decodePart(text: string, path: string): Uint8Array {
  try {
    return decodeBase64Url(text)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw malformed(path, 'base64url without padding', cause.message, cause)
  }
}

function parseMembers(bytes: Uint8Array, path: string, limits: JsonLimits): TokenJwk {
  let value: unknown
  try {
    value = parseJson(bytes, limits)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw malformed(path, 'strict JSON', cause.message, cause)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(path, 'an object', typeof value)
  return value as TokenJwk
}

function malformed(path: string, expected: string, actual: unknown, cause?: unknown): AppraisalError {
  return new AppraisalError('APPRAISAL_TOKEN_MALFORMED', undefined, {
    details: { path, expected, actual },
    ...(cause === undefined ? {} : { cause }),
  })
}
