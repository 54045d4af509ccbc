import { encodeHex } from '@veritee/codec/bytes'
import type { BuiltinContext } from '../../evaluate/builtin.ts'
import { RegoObject, type Value } from '../../value/index.ts'
import { defineBuiltin, type Evaluate, type TypedBuiltin } from '../define.ts'
import { failure, readObject, readString } from '../operand.ts'
import { trimEnds } from '../strings/ends.ts'
import { JWT_ALGORITHMS, type JwtAlgorithm } from './algorithms.ts'
import { type Constraints, meetConstraints, readConstraints } from './constraints.ts'
import { readVerificationKeys, secretKey } from './keys.ts'
import { isSignedWith, isSignedWithAny } from './signature.ts'
import { decodePart, decodePayload, parseClaims, parseHeader, splitToken, type TokenHeader } from './token.ts'

const REFUSED: Value = [false, RegoObject.EMPTY, RegoObject.EMPTY]

/** How many tokens may be nested in each other. */
const MAX_NESTING = 16

/** The token inside a payload; quotation marks around it do not count. */
function innerToken(payload: string): string {
  return trimEnds(payload, `"'`)
}

const decode: Evaluate = (operands, context) => {
  let text = readString(operands, 1)
  for (let nesting = 0; nesting < MAX_NESTING; nesting++) {
    const token = splitToken(text, context)
    const { members, contentType } = parseHeader(token, context)
    const payload = decodePayload(token)
    if (contentType === 'JWT') {
      text = innerToken(payload)
      continue
    }
    const claims = parseClaims(payload, context)
    return [members, claims, encodeHex(decodePart(token.signature, 'signature'))]
  }
  throw failure('JWTs are nested too deeply')
}

/** Claims and header of a token that is signed and, where it holds another one, signed all the way down. */
function openToken(
  text: string,
  constraints: Constraints,
  context: BuiltinContext,
): { readonly header: TokenHeader; readonly claims: RegoObject } | undefined {
  let current = text
  for (let nesting = 0; nesting < MAX_NESTING; nesting++) {
    const token = splitToken(current, context)
    const header = parseHeader(token, context)
    const algorithm = JWT_ALGORITHMS.get(header.algorithm)
    if (header.algorithm === '' || header.unknownCritical) return undefined
    if (constraints.algorithm !== '' && constraints.algorithm !== header.algorithm) return undefined
    const signature = decodePart(token.signature, 'signature')
    if (algorithm === undefined) return undefined
    if (!isSignedWithAny(constraints.keys, algorithm, header, token, signature, context)) return undefined
    const payload = decodePayload(token)
    if (header.contentType.toUpperCase() !== 'JWT') return { header, claims: parseClaims(payload, context) }
    current = innerToken(payload)
  }
  throw failure('JWTs are nested too deeply')
}

const decodeVerify: Evaluate = (operands, context) => {
  const constraints = readConstraints(readObject(operands, 2), context)
  const opened = openToken(readString(operands, 1), constraints, context)
  if (opened === undefined || !meetConstraints(opened.claims, constraints)) return REFUSED
  return [true, opened.header.members, opened.claims]
}

/** `verify_*`: the signature under the algorithm of the function's name, whatever the header says. */
function verifyWith(algorithm: JwtAlgorithm): Evaluate {
  return (operands, context) => {
    const text = readString(operands, 1)
    const keyText = readString(operands, 2)
    const token = splitToken(text, context)
    if (algorithm.family === 'HS') {
      const signature = decodePart(token.signature, 'signature')
      return isSignedWith(secretKey(keyText), algorithm, token.signed, signature, context)
    }
    const keys = readVerificationKeys(keyText, context)
    const signature = decodePart(token.signature, 'signature')
    return isSignedWithAny(keys, algorithm, parseHeader(token, context), token, signature, context)
  }
}

/** JSON Web Tokens read and verified. */
export const JWT_VERIFY_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('io.jwt.decode', 'string -> [object<any: any>, object<any: any>, string]', decode),
  defineBuiltin(
    'io.jwt.decode_verify',
    'string, object<string: any> -> [boolean, object<any: any>, object<any: any>]',
    decodeVerify,
    { nondeterministic: true },
  ),
  ...[...JWT_ALGORITHMS].map(([name, algorithm]) =>
    defineBuiltin(`io.jwt.verify_${name.toLowerCase()}`, 'string, string -> boolean', verifyWith(algorithm)),
  ),
]
