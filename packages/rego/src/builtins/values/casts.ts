import {
  doubleOf,
  isArray,
  isNumber,
  isSet,
  RegoSet,
  type TypeName,
  typeNameOf,
  type Value,
} from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { failure, type Operands, operand, operandError, readItems } from '../operand.ts'
import { readNumberText } from './number-text.ts'

const NOT_FINITE: ReadonlySet<string> = new Set(['inf', 'infinity', 'nan'])

function numberOf(operands: Operands): Value {
  const value = operand(operands, 1)
  if (value === null || value === false) return 0
  if (value === true) return 1
  if (isNumber(value)) return value
  if (typeof value !== 'string') throw operandError(1, 'one of {null, boolean, number, string}', value)
  if (NOT_FINITE.has(value.replace(/^[+-]+/, '').toLowerCase())) throw operandError(1, 'valid number string', value)
  const number = readNumberText(value)
  if (number === undefined) throw failure(`strconv.ParseFloat: parsing ${JSON.stringify(value)}: invalid syntax`)
  if (!Number.isFinite(doubleOf(number))) {
    throw failure(`strconv.ParseFloat: parsing ${JSON.stringify(value)}: value out of range`)
  }
  return number
}

function same(name: string, type: TypeName): TypedBuiltin {
  return defineBuiltin(name, `any -> ${type === 'object' ? 'object<any: any>' : type}`, (operands) => {
    const value = operand(operands, 1)
    if (typeNameOf(value) !== type) throw operandError(1, type, value)
    return value
  })
}

/** Conversions. All `cast_*` but those of arrays and sets only hold a value to its type. */
export const CAST_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('to_number', 'null | boolean | number | string -> number', numberOf),
  defineBuiltin('cast_array', 'any -> array<any>', (operands, context) => {
    const value = operand(operands, 1)
    if (isArray(value)) return value
    const { items } = readItems(operands, 1)
    context.step(items.length)
    return items
  }),
  defineBuiltin('cast_set', 'any -> set<any>', (operands, context) => {
    const value = operand(operands, 1)
    if (isSet(value)) return value
    const { items } = readItems(operands, 1)
    context.step(items.length)
    context.memory(16 * items.length)
    return RegoSet.of(items)
  }),
  same('cast_string', 'string'),
  same('cast_boolean', 'boolean'),
  same('cast_null', 'null'),
  same('cast_object', 'object'),
]
