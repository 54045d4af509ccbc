import { BuiltinError } from '../evaluate/builtin.ts'
import {
  integerOf,
  isArray,
  isNumber,
  isObject,
  isSet,
  type RegoArray,
  type RegoNumber,
  type RegoObject,
  type RegoSet,
  type TypeName,
  typeNameOf,
  type Value,
} from '../value/index.ts'

/** The arguments of one call; positions count from 1, as error texts do. */
export type Operands = readonly Value[]

/** A whole collection of ordered items, whichever of the two it was. */
export interface ItemList {
  readonly kind: 'array' | 'set'
  readonly items: readonly Value[]
}

/** The error of an operand that has the wrong type: `operand 1 must be string but got number`. */
export function operandError(position: number, expected: string, value: Value): BuiltinError {
  return new BuiltinError('type', `operand ${position} must be ${expected} but got ${typeNameOf(value)}`)
}

/** An operand of the right type that breaks another rule: `operand 2 must be one of {2, 8, 10, 16}`. */
export function operandRuleError(position: number, rule: string): BuiltinError {
  return new BuiltinError('type', `operand ${position} ${rule}`)
}

/** The failure of a built-in whose operands had the right types. */
export function failure(message: string): BuiltinError {
  return new BuiltinError('failed', message)
}

/** The operand, which must be there: the evaluator checks how many there are. */
export function operand(operands: Operands, position: number): Value {
  const value = operands[position - 1]
  if (value === undefined) throw operandRuleError(position, 'is missing')
  return value
}

/** A string operand; otherwise {@link operandError}, as for all readers below. */
export function readString(operands: Operands, position: number): string {
  const value = operand(operands, position)
  if (typeof value !== 'string') throw operandError(position, 'string', value)
  return value
}

/** A number operand in either form. */
export function readNumber(operands: Operands, position: number): RegoNumber {
  const value = operand(operands, position)
  if (!isNumber(value)) throw operandError(position, 'number', value)
  return value
}

/** A whole number of any size. */
export function readInteger(operands: Operands, position: number): bigint {
  const whole = integerOf(readNumber(operands, position))
  if (whole === undefined) {
    throw operandRuleError(position, 'must be integer number but got floating-point number')
  }
  return whole
}

/** A whole number, brought to the nearest safe integer where it lies beyond: for offsets, counts and limits. */
export function readCount(operands: Operands, position: number): number {
  const whole = readInteger(operands, position)
  if (whole > BigInt(Number.MAX_SAFE_INTEGER)) return Number.MAX_SAFE_INTEGER
  if (whole < BigInt(Number.MIN_SAFE_INTEGER)) return Number.MIN_SAFE_INTEGER
  return Number(whole)
}

/** A boolean operand. */
export function readBoolean(operands: Operands, position: number): boolean {
  const value = operand(operands, position)
  if (typeof value !== 'boolean') throw operandError(position, 'boolean', value)
  return value
}

/** An array operand. */
export function readArray(operands: Operands, position: number): RegoArray {
  const value = operand(operands, position)
  if (!isArray(value)) throw operandError(position, 'array', value)
  return value
}

/** A set operand. */
export function readSet(operands: Operands, position: number): RegoSet {
  const value = operand(operands, position)
  if (!isSet(value)) throw operandError(position, 'set', value)
  return value
}

/** An object operand. */
export function readObject(operands: Operands, position: number): RegoObject {
  const value = operand(operands, position)
  if (!isObject(value)) throw operandError(position, 'object', value)
  return value
}

/** The items of an array or a set, sets in Rego's order. `expected` is the order in which the error names the two. */
export function readItems(operands: Operands, position: number, expected = 'one of {array, set}'): ItemList {
  const value = operand(operands, position)
  if (isArray(value)) return { kind: 'array', items: value }
  if (isSet(value)) return { kind: 'set', items: value.values() }
  throw operandError(position, expected, value)
}

/** Refuses an item: `operand 1 must be array of strings but got array containing number`. */
export function itemError(position: number, kind: TypeName, expected: string, item: Value): BuiltinError {
  return operandRuleError(position, `must be ${kind} of ${expected} but got ${kind} containing ${typeNameOf(item)}`)
}

/** The items of an array or a set of strings. */
export function readStrings(operands: Operands, position: number): readonly string[] {
  const { kind, items } = readItems(operands, position)
  return items.map((item) => {
    if (typeof item !== 'string') throw itemError(position, kind, 'strings', item)
    return item
  })
}
