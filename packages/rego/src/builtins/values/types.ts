import { type TypeName, typeNameOf } from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { operand } from '../operand.ts'

const TYPE_NAMES: readonly TypeName[] = ['null', 'boolean', 'number', 'string', 'array', 'object', 'set']

/** `type_name`, and one test for each type. */
export const TYPE_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('type_name', 'any -> string', (operands) => typeNameOf(operand(operands, 1))),
  ...TYPE_NAMES.map((name) =>
    defineBuiltin(`is_${name}`, 'any -> boolean', (operands) => typeNameOf(operand(operands, 1)) === name),
  ),
]
