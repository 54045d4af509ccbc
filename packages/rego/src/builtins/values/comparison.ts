import { compareValues, equalValues } from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { operand } from '../operand.ts'

const SIGNATURE = 'any, any -> boolean'

function compare(name: string, holds: (order: number) => boolean): TypedBuiltin {
  return defineBuiltin(name, SIGNATURE, (operands) => holds(compareValues(operand(operands, 1), operand(operands, 2))))
}

function equality(name: string, wanted: boolean): TypedBuiltin {
  return defineBuiltin(
    name,
    SIGNATURE,
    (operands) => equalValues(operand(operands, 1), operand(operands, 2)) === wanted,
  )
}

/** The comparison operators: equality, and the one total order of all values. */
export const COMPARISON_BUILTINS: readonly TypedBuiltin[] = [
  equality('eq', true),
  equality('equal', true),
  equality('neq', false),
  compare('lt', (order) => order < 0),
  compare('lte', (order) => order <= 0),
  compare('gt', (order) => order > 0),
  compare('gte', (order) => order >= 0),
]
