import type { BuiltinContext } from '../../evaluate/builtin.ts'
import {
  equalValues,
  isArray,
  isObject,
  isSet,
  type RegoArray,
  type RegoObject,
  RegoSet,
  type Value,
} from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { type Operands, operand, operandRuleError } from '../operand.ts'

const COLLECTION = 'object<any: any> | set<any> | array<any>'

function isObjectSubset(whole: RegoObject, part: RegoObject, context: BuiltinContext): boolean {
  context.step(1 + part.size)
  for (const [key, value] of part.unorderedEntries()) {
    const twin = whole.get(key)
    if (twin === undefined || !isValueSubset(twin, value, context)) return false
  }
  return true
}

/** Members of objects: objects, sets and arrays may be parts of their twins, everything else is equal to it. */
function isValueSubset(whole: Value, part: Value, context: BuiltinContext): boolean {
  if (isObject(whole) && isObject(part)) return isObjectSubset(whole, part, context)
  if (isSet(whole) && isSet(part)) return isSetSubset(whole, part, context)
  if (isArray(whole) && isArray(part)) return isArraySubset(whole, part, context)
  return equalValues(whole, part)
}

function isSetSubset(whole: RegoSet, part: RegoSet, context: BuiltinContext): boolean {
  context.step(1 + part.size)
  for (const item of part.unordered()) if (!whole.has(item)) return false
  return true
}

/** The part stands in the whole as one run, in its order; found in linear time (Knuth, Morris and Pratt). */
function isArraySubset(whole: RegoArray, part: RegoArray, context: BuiltinContext): boolean {
  context.step(1 + whole.length + part.length)
  if (part.length === 0) return true
  const borders = [0]
  for (let i = 1, length = 0; i < part.length; i++) {
    while (length > 0 && !equalValues(part[i]!, part[length]!)) length = borders[length - 1]!
    if (equalValues(part[i]!, part[length]!)) length++
    borders.push(length)
  }
  let matched = 0
  for (const item of whole) {
    while (matched > 0 && !equalValues(item, part[matched]!)) matched = borders[matched - 1]!
    if (equalValues(item, part[matched]!)) matched++
    if (matched === part.length) return true
  }
  return false
}

function isSubset(operands: Operands, context: BuiltinContext): Value {
  const whole = operand(operands, 1)
  const part = operand(operands, 2)
  if (isObject(whole) && isObject(part)) return isObjectSubset(whole, part, context)
  if (isSet(whole) && isSet(part)) return isSetSubset(whole, part, context)
  if (isArray(whole) && isArray(part)) return isArraySubset(whole, part, context)
  if (isArray(whole) && isSet(part)) {
    context.step(whole.length)
    return isSetSubset(RegoSet.of(whole), part, context)
  }
  throw operandRuleError(1, 'and 2: both arguments to object.subset must be of the same type or array and set')
}

/** `object.subset`: whether the second collection is part of the first. */
export const SUBSET_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('object.subset', `${COLLECTION}, ${COLLECTION} -> any`, isSubset),
]
