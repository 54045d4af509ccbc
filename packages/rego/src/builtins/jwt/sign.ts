import { DIGEST_BYTES, hmac } from '@veritee/codec/hash'
import { RegoError } from '../../errors.ts'
import { type BuiltinContext, BuiltinError } from '../../evaluate/builtin.ts'
import { isObject, type RegoObject, type Value } from '../../value/index.ts'
import { createEcKey, createEd25519Key, createRsaKey } from '../crypto/keys/private-key.ts'
import { signEcdsa } from '../crypto/signing/ecdsa.ts'
import { signEd25519 } from '../crypto/signing/ed25519.ts'
import { integerOfBytes } from '../crypto/signing/modular.ts'
import { signPkcs1, signPss } from '../crypto/signing/rsa.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { marshalValue, parseJsonValue } from '../documents/json.ts'
import { bytesOf, decodeBase64, encodeBase64 } from '../encoding/bytes.ts'
import { failure, operand, readString } from '../operand.ts'
import { JWT_ALGORITHMS, type JwtAlgorithm } from './algorithms.ts'
import { readJwks, secretOf } from './keys.ts'

/** What making one asymmetric signature counts. */
const SIGNING_STEPS = 100_000
const URL_SAFE = { urlSafe: true, padded: false }

function expectMember(jwk: RegoObject, name: string, value: string): void {
  if (jwk.member(name) !== value) throw failure(`the key's ${name} is not ${value}`)
}

function numberIn(jwk: RegoObject, name: string): bigint {
  return integerOfBytes(bytesIn(jwk, name))
}

function bytesIn(jwk: RegoObject, name: string): Uint8Array {
  const text = jwk.member(name)
  if (typeof text !== 'string') throw failure(`the key has no member ${name}`)
  return decodeBase64(text, URL_SAFE)
}

function sign(algorithm: JwtAlgorithm, jwk: RegoObject, message: Uint8Array, context: BuiltinContext): Uint8Array {
  if (algorithm.family === 'HS') {
    expectMember(jwk, 'kty', 'oct')
    context.step(64 + (message.length >>> 4))
    return hmac(algorithm.hash, secretOf(jwk), message)
  }
  context.step(SIGNING_STEPS)
  switch (algorithm.family) {
    case 'RS':
    case 'PS': {
      expectMember(jwk, 'kty', 'RSA')
      const [n, e, d] = [numberIn(jwk, 'n'), numberIn(jwk, 'e'), numberIn(jwk, 'd')]
      const key = createRsaKey({ n, e, d, p: numberIn(jwk, 'p'), q: numberIn(jwk, 'q') })
      if (algorithm.family === 'RS') return signPkcs1(key, algorithm.hash, message)
      return signPss(key, algorithm.hash, message, context.randomBytes(DIGEST_BYTES[algorithm.hash]))
    }
    case 'ES':
      expectMember(jwk, 'kty', 'EC')
      expectMember(jwk, 'crv', algorithm.curve)
      return signEcdsa(algorithm.curve, algorithm.hash, createEcKey(algorithm.curve, numberIn(jwk, 'd')).d, message)
    case 'EdDSA':
      expectMember(jwk, 'kty', 'OKP')
      expectMember(jwk, 'crv', 'Ed25519')
      return signEd25519(createEd25519Key(bytesIn(jwk, 'd')).seed, message)
  }
}

/** The members of a header's text. What is a bare number is no object either, but is not malformed. */
function parseHeaders(text: string, context: BuiltinContext): RegoObject | undefined {
  const wording = "missing or invalid 'alg' header: cannot parse JSON"
  if (text === '') throw failure(`${wording}: cannot parse empty string`)
  try {
    const value = parseJsonValue(text, context)
    return isObject(value) ? value : undefined
  } catch (error) {
    if (!(error instanceof BuiltinError)) throw error
    if (/^[-+.0-9eE]+$/.test(text)) return undefined
    throw failure(`${wording}: ${error.message}`)
  }
}

function isJson(text: string, context: BuiltinContext): boolean {
  try {
    parseJsonValue(text, context)
    return true
  } catch (error) {
    if (error instanceof BuiltinError || (error instanceof RegoError && error.code === 'REGO_LIMIT_DEPTH')) return false
    throw error
  }
}

/** What a header says about the token that it heads. */
export interface SigningHeader {
  readonly algorithm: JwtAlgorithm
  /** Whether the payload must be JSON. */
  readonly isJwt: boolean
}

/** Reads a header's text; throws a failure in the words of its dialect. */
export type HeaderReader = (text: string, context: BuiltinContext) => SigningHeader

function readHeader(text: string, context: BuiltinContext): SigningHeader {
  const headers = parseHeaders(text, context)
  const name = headers?.member('alg')
  if (name === undefined) throw failure('missing or invalid \'alg\' header: jwsbb: header "alg" not found')
  if (typeof name !== 'string') throw failure('missing or invalid \'alg\' header: jwsbb: header "alg" is not a string')
  const algorithm = JWT_ALGORITHMS.get(name)
  if (algorithm === undefined) throw failure(`unknown JWS algorithm: ${name}`)
  const type = headers?.member('typ')
  return { algorithm, isJwt: typeof type !== 'string' || type === 'JWT' }
}

/** A signed token of the texts of its header, payload and key, header and payload exactly as they are. */
function encodeToken(
  [headerText, payload, keyText]: readonly [header: string, payload: string, key: string],
  context: BuiltinContext,
  read: HeaderReader,
): Value {
  const [jwk] = readJwks(keyText, context)
  if (jwk === undefined) throw failure('no keys found in JWK set')
  const { algorithm, isJwt } = read(headerText, context)
  if (isJwt && !isJson(payload, context)) throw failure('type is JWT but payload is not JSON')
  context.memory(4 * (headerText.length + payload.length))
  const parts = [headerText, payload].map((part) => encodeBase64(bytesOf(part), URL_SAFE))
  const message = bytesOf(parts.join('.'))
  const signature = encodeBase64(sign(algorithm, jwk, message, context), URL_SAFE)
  return [...parts, signature].join('.')
}

/** The two functions that sign: `write` makes the JSON text of a value, `read` reads a header. */
export function createSigning(
  write: (value: Value, context: BuiltinContext) => string,
  read: HeaderReader,
): readonly TypedBuiltin[] {
  return [
    defineBuiltin(
      'io.jwt.encode_sign',
      'object<string: any>, object<string: any>, object<string: any> -> string',
      (operands, context) => {
        const text = (position: number): string => write(operand(operands, position), context)
        return encodeToken([text(1), text(2), text(3)], context, read)
      },
      { nondeterministic: true },
    ),
    defineBuiltin(
      'io.jwt.encode_sign_raw',
      'string, string, string -> string',
      (operands, context) => {
        const text = (position: number): string => readString(operands, position)
        return encodeToken([text(1), text(2), text(3)], context, read)
      },
      { nondeterministic: true },
    ),
  ]
}

/** JSON Web Tokens made. */
export const JWT_SIGN_BUILTINS: readonly TypedBuiltin[] = createSigning(marshalValue, readHeader)
