/** Compact JWS as this framework uses it: ES384 with the public key inside the header, or unsigned. */
import { CodecError } from '@veritee/codec'
import { decodeBase64Url, decodeUtf8, encodeBase64Url, encodeUtf8 } from '@veritee/codec/bytes'
import { parseJson } from '@veritee/codec/json'
import { verifySignature } from '@veritee/codec/signature'
import { AppraisalError } from '../../errors.ts'
import type { IntelErrorCode } from '../codes.ts'
import { writeJson } from '../json.ts'
import type { JsonObject } from '../types.ts'
import { type IntelPublicJwk, type IntelSigner, importIntelKey, readIntelJwk } from './signer.ts'

/** Tokens carry certificates and revocation lists. */
const MAX_TOKEN_LENGTH = 8 << 20

/** The codes by which one kind of token is refused. */
export interface JwsCodes {
  readonly malformed: IntelErrorCode
  readonly unsigned: IntelErrorCode
  readonly signature: IntelErrorCode
}

/** A token taken apart; nothing of it is verified. */
export interface Jws {
  readonly algorithm: string
  /** The key in the header; absent in an unsigned token. */
  readonly jwk?: IntelPublicJwk
  /** Base64url, not read yet: look at it once the signer is known. */
  readonly payload: string
  /** Exactly what the signature covers. */
  readonly signedBytes: Uint8Array
  /** Base64url. */
  readonly signature: string
}

/** Writes a token. Without a signer it is unsigned: `alg` is `none`, and the third part is empty. */
export async function encodeJws(payload: JsonObject, signer: IntelSigner | undefined): Promise<string> {
  const header =
    signer === undefined
      ? { alg: 'none', typ: 'JWT' }
      : { alg: 'ES384', typ: 'JWT', jwk: JSON.stringify(signer.publicJwk) }
  const signed = [header, payload].map((part) => encodeBase64Url(encodeUtf8(writeJson(part)))).join('.')
  const signature = signer === undefined ? '' : encodeBase64Url(await signer.sign(encodeUtf8(signed)))
  return `${signed}.${signature}`
}

/** Takes a token apart and reads its header. Throws `codes.malformed`. */
export function parseJws(token: string, codes: JwsCodes): Jws {
  const fail = (path: string, expected: unknown, cause?: unknown): AppraisalError =>
    createMalformed(codes, path, expected, cause)
  if (token.length > MAX_TOKEN_LENGTH) throw fail('token', `at most ${MAX_TOKEN_LENGTH} characters`)
  const parts = token.trim().split('.')
  const [headerText, payload, signature] = parts
  if (parts.length !== 3 || headerText === undefined || payload === undefined || signature === undefined) {
    throw fail('token', 'three parts with dots between them')
  }
  try {
    const header = readObject(headerText)
    if (header === undefined || typeof header['alg'] !== 'string') throw fail('header', 'an object with alg')
    if (header['typ'] !== undefined && header['typ'] !== 'JWT' && header['typ'] !== 'JWS') {
      throw fail('header.typ', 'JWT or JWS')
    }
    const { jwk } = header
    return {
      algorithm: header['alg'],
      ...(jwk === undefined ? {} : { jwk: readIntelJwk(typeof jwk === 'string' ? parseJson(jwk) : jwk) }),
      payload,
      signedBytes: encodeUtf8(`${headerText}.${payload}`),
      signature,
    }
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
    throw fail('token', 'base64url of JSON', cause)
  }
}

/** Reads the payload. Throws `codes.malformed`. */
export function readJwsPayload({ payload }: Jws, codes: JwsCodes): JsonObject {
  try {
    const members = readObject(payload)
    if (members !== undefined) return members
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
    throw createMalformed(codes, 'payload', 'base64url of JSON', cause)
  }
  throw createMalformed(codes, 'payload', 'an object')
}

/**
 * Verifies the signature with the key in the header and returns that key. It proves that nobody changed the token since
 * that key signed it, not whose key it is.
 *
 * Throws `codes.unsigned` for any algorithm but ES384, `codes.signature`, `INTEL_KEY_INVALID`.
 */
export async function verifyJws(jws: Jws, codes: JwsCodes): Promise<IntelPublicJwk> {
  const { algorithm, jwk, signature, signedBytes } = jws
  if (algorithm !== 'ES384' || jwk === undefined) {
    const actual = algorithm === 'ES384' ? 'ES384 without a key in the header' : algorithm
    throw new AppraisalError(codes.unsigned, undefined, { details: { path: 'header.alg', expected: 'ES384', actual } })
  }
  const key = importIntelKey(jwk)
  if (!(await isSignature(key, signedBytes, signature))) {
    throw new AppraisalError(codes.signature, undefined, {
      details: { path: 'signature', expected: 'a signature of the key in the header', actual: 'another' },
    })
  }
  return jwk
}

function createMalformed(codes: JwsCodes, path: string, expected: unknown, cause?: unknown): AppraisalError {
  return new AppraisalError(codes.malformed, undefined, { details: { path, expected }, cause })
}

async function isSignature(
  key: ReturnType<typeof importIntelKey>,
  data: Uint8Array,
  signature: string,
): Promise<boolean> {
  try {
    const bytes = decodeBase64Url(signature)
    return await verifySignature(key, { scheme: 'ecdsa', hash: 'sha384', format: 'raw' }, data, bytes)
  } catch (error) {
    if (error instanceof CodecError) return false
    throw error
  }
}

function readObject(part: string): JsonObject | undefined {
  const value = parseJson(decodeUtf8(decodeBase64Url(part)), { maxBytes: MAX_TOKEN_LENGTH, integers: 'bigint' })
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
}
