import { BuiltinError } from '../../../evaluate/builtin.ts'
import { defineBuiltin, type TypedBuiltin } from '../../define.ts'
import { operand, readString } from '../../operand.ts'
import { chargeTree } from '../json.ts'
import { parseYaml } from './parse.ts'
import { writeYaml } from './write.ts'

/** YAML texts of values and back, as far as JSON has them. */
export const YAML_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('yaml.marshal', 'any -> string', (operands, context) => {
    const value = operand(operands, 1)
    chargeTree(value, context, 2)
    return writeYaml(value)
  }),
  defineBuiltin('yaml.unmarshal', 'string -> any', (operands, context) => parseYaml(readString(operands, 1), context)),
  defineBuiltin('yaml.is_valid', 'string -> boolean', (operands, context) => {
    const text = operand(operands, 1)
    if (typeof text !== 'string') return false
    try {
      parseYaml(text, context)
      return true
    } catch (error) {
      if (error instanceof BuiltinError) return false
      throw error
    }
  }),
]
