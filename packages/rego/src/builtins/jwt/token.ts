import { type BuiltinContext, BuiltinError } from '../../evaluate/builtin.ts'
import { isArray, isObject, type RegoObject } from '../../value/index.ts'
import { parseJsonValue } from '../documents/json.ts'
import { bytesOf, decodeBase64, textOf } from '../encoding/bytes.ts'
import { failure } from '../operand.ts'

/** Longest token that is read. */
const MAX_TOKEN = 1 << 20

/** A token in its compact form, its parts as they came. */
export interface Token {
  readonly header: string
  readonly payload: string
  readonly signature: string
  /** The bytes that the signature is over. */
  readonly signed: Uint8Array
}

/** What a header says about the token's signature. */
export interface TokenHeader {
  readonly members: RegoObject
  readonly algorithm: string
  readonly keyId: string
  readonly contentType: string
  /** Names of members that must be understood and are not. */
  readonly unknownCritical: boolean
}

/** Splits a token into its three parts. */
export function splitToken(text: string, context: BuiltinContext): Token {
  if (text.length > MAX_TOKEN) throw failure('encoded JWT is too long')
  context.step(16 + (text.length >>> 2))
  context.memory(2 * text.length)
  if (!text.includes('.')) throw failure('encoded JWT had no period separators')
  const parts = text.split('.')
  const [header, payload, signature] = parts
  if (parts.length !== 3 || header === undefined || payload === undefined || signature === undefined) {
    throw failure(`encoded JWT must have 3 sections, found ${parts.length}`)
  }
  return { header, payload, signature, signed: bytesOf(`${header}.${payload}`) }
}

/** Bytes of one part. */
export function decodePart(part: string, name: 'header' | 'payload' | 'signature'): Uint8Array {
  try {
    return decodeBase64(part.replace(/={1,2}$/, ''), { urlSafe: true, padded: false })
  } catch (error) {
    if (error instanceof BuiltinError) throw failure(`JWT ${name} had invalid encoding: ${error.message}`)
    throw error
  }
}

function parseObject(text: string, name: string, context: BuiltinContext): RegoObject {
  const value = parseJsonValue(text, context)
  if (!isObject(value)) throw failure(`JWT ${name} is not a JSON object`)
  return value
}

/** The payload's text and, where it is not another token, its claims. */
export function decodePayload(token: Token): string {
  return textOf(decodePart(token.payload, 'payload'))
}

/** The claims in the text of a payload; what is no JSON object fails. */
export function parseClaims(text: string, context: BuiltinContext): RegoObject {
  return parseObject(text, 'payload', context)
}

const KNOWN: ReadonlySet<string> = new Set(['alg', 'kid', 'typ', 'cty', 'crit'])

/** Reads a token's header. Encrypted tokens are refused. */
export function parseHeader(token: Token, context: BuiltinContext): TokenHeader {
  const members = parseObject(textOf(decodePart(token.header, 'header')), 'header', context)
  if (members.member('enc') !== undefined) throw failure('JWT is a JWE object, which is not supported')
  const text = (name: string): string => {
    const value = members.member(name)
    if (value === undefined) return ''
    if (typeof value !== 'string') throw failure(`${name}: must be a string`)
    return value
  }
  const critical = members.member('crit')
  let unknownCritical = false
  if (critical !== undefined) {
    if (!isArray(critical)) throw failure('crit: must be a list')
    if (critical.length === 0) throw failure('crit: must be a nonempty list')
    unknownCritical = critical.some((name) => typeof name !== 'string' || !KNOWN.has(name))
  }
  text('typ')
  return { members, algorithm: text('alg'), keyId: text('kid'), contentType: text('cty'), unknownCritical }
}
