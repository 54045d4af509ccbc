import { placeText, RegoError } from '../../../errors.ts'
import type { BuiltinContext, BuiltinError } from '../../../evaluate/builtin.ts'
import { parseModule, type RegoVersion, Source } from '../../../syntax/index.ts'
import type { Value } from '../../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../../define.ts'
import { failure, readString } from '../../operand.ts'
import { TreeWriter } from './tree.ts'

/** What the reader calls a name, `ident` in the words of the Open Policy Agent. */
const NAMES: ReadonlySet<string> = new Set(['a member name', 'a name', 'a path', 'a rule name', 'a variable'])

function parseTree(file: string, text: string, version: RegoVersion, context: BuiltinContext): Value {
  context.step(1 + (text.length >>> 1))
  context.memory(16 * text.length)
  try {
    return new TreeWriter(context).module(parseModule(text, file, version))
  } catch (error) {
    if (!(error instanceof RegoError) || error.location?.file !== file) throw error
    if (error.code === 'REGO_SYNTAX_INVALID') throw syntaxFailure(error, new Source(file, text))
    // The place is one of the operand's text, not of the policy's: it stays in the message alone.
    throw new RegoError(error.code, `rego.parse_module: ${error.message}`)
  }
}

function syntaxFailure(error: RegoError, source: Source): BuiltinError {
  const place = error.location!
  const last = source.locate(source.text.length)
  const expected = error.details?.['expected'] as readonly string[] | undefined
  const atEnd = expected !== undefined && place.row === last.row && place.column === last.column
  const words = expected?.map((item) => (NAMES.has(item) ? 'ident' : item)).join(' or ')
  const problem = atEnd
    ? `unexpected eof token: expected ${words}`
    : error.message.replace(`${placeText(place)}: `, () => '')
  return failure(`1 error occurred: ${source.file}:${place.row}: rego_parse_error: ${problem}`)
}

/**
 * `rego.parse_module(filename, text)` for texts of a version: the syntax tree of a policy text, in the shape in which
 * the Open Policy Agent writes it as JSON. The tree carries the package, the imports and the rules with their heads,
 * bodies and `else` branches. It does not carry comments, annotations and places, nor the `name` of heads such as
 * `a.b[c]`, which stand in `ref` alone. What is not Rego fails with `rego_parse_error`; throws REGO_LIMIT_SIZE
 * and REGO_LIMIT_DEPTH beyond the limits of policy texts, and where terms stand in each other more deeply than
 * `MAX_TREE_DEPTH`. Names are not resolved, nor is anything compiled.
 */
export function createParseModule(version: RegoVersion): TypedBuiltin {
  return defineBuiltin('rego.parse_module', 'string, string -> object<string: any>', (operands, context) =>
    parseTree(readString(operands, 1), readString(operands, 2), version, context),
  )
}
