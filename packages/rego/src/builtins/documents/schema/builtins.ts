import { type BuiltinContext, BuiltinError } from '../../../evaluate/builtin.ts'
import { isObject, type Value } from '../../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../../define.ts'
import { type Operands, operand, operandError } from '../../operand.ts'
import { parseJsonValue } from '../json.ts'
import { findingValue } from './findings.ts'
import { SchemaMatcher } from './match.ts'
import { expectSchema, type Schema } from './schema.ts'

/** An object, or one in JSON text. */
function readDocument(operands: Operands, position: number, context: BuiltinContext): Value {
  const value = operand(operands, position)
  if (typeof value === 'string') return parseJsonValue(value, context)
  if (isObject(value)) return value
  throw operandError(position, 'one of {string, object}', value)
}

function readSchema(operands: Operands, position: number, context: BuiltinContext): Schema {
  const schema = readDocument(operands, position, context)
  expectSchema(schema, context)
  return schema
}

/** Documents held to JSON Schema, drafts 4, 6 and 7 without references to other documents. */
export const SCHEMA_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('json.verify_schema', 'string | object<any: any> -> [boolean, null | string]', (operands, context) => {
    try {
      readSchema(operands, 1, context)
      return [true, null]
    } catch (error) {
      if (error instanceof BuiltinError && error.problem === 'failed') return [false, `jsonschema: ${error.message}`]
      throw error
    }
  }),
  defineBuiltin(
    'json.match_schema',
    'string | object<any: any>, string | object<any: any> -> [boolean, array<object<string: string>>]',
    (operands, context) => {
      const document = readDocument(operands, 1, context)
      const schema = readSchema(operands, 2, context)
      const findings = new SchemaMatcher(schema, context).match(document)
      return [findings.length === 0, findings.map(findingValue)]
    },
  ),
]
