import { type BuiltinContext, BuiltinError } from '../../evaluate/builtin.ts'
import { isObject, termText, type Value } from '../../value/index.ts'
import type { TypedBuiltin } from '../define.ts'
import { chargeTree, parseJsonValue } from '../documents/json.ts'
import { failure } from '../operand.ts'
import { JWT_ALGORITHMS } from './algorithms.ts'
import { createSigning, type SigningHeader } from './sign.ts'

/** Where JSON text goes wrong, and how. */
const OFFSET = /^JSON offset (\d+): (.*)$/s

/** JSON with spaces after colons and commas; a set in it is not JSON, and is refused when it is read. */
function writeSpaced(value: Value, context: BuiltinContext): string {
  chargeTree(value, context)
  return termText(value)
}

function parseHeaders(text: string, context: BuiltinContext): Value {
  try {
    return parseJsonValue(text, context)
  } catch (error) {
    const [, offset, problem] = (error instanceof BuiltinError && OFFSET.exec(error.message)) || []
    if (offset === undefined) throw error
    const character = text[Number(offset)]
    if (character === undefined) throw failure('unexpected end of JSON input')
    throw failure(`invalid character '${character}': ${problem}`)
  }
}

function readHeader(text: string, context: BuiltinContext): SigningHeader {
  const headers = parseHeaders(text, context)
  if (!isObject(headers)) throw failure('the header is not a JSON object')
  const name = headers.member('alg') ?? ''
  if (name === '' || name === 'none') throw failure(`unsupported signature algorithm: "${name}"`)
  const algorithm = typeof name === 'string' ? JWT_ALGORITHMS.get(name) : undefined
  if (algorithm === undefined) throw failure('unknown signature algorithm')
  const type = headers.member('typ') ?? ''
  return { algorithm, isJwt: typeof type !== 'string' || type === '' || type === 'JWT' }
}

/**
 * JSON Web Tokens made in the version 0 of the language: `io.jwt.encode_sign` signs JSON with spaces after colons and
 * commas, and errors have the words of that version's releases. Keys and algorithms are those of version 1.
 */
export const JWT_SIGN_V0_BUILTINS: readonly TypedBuiltin[] = createSigning(writeSpaced, readHeader)
