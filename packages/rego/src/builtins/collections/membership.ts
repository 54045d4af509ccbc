import type { BuiltinContext } from '../../evaluate/builtin.ts'
import { equalValues, integerOf, isArray, isNumber, isObject, isSet, type Value } from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { operand } from '../operand.ts'

/** Tells whether a collection has an item: a member of a set, an element of an array, a value of an object. */
function hasItem(item: Value, collection: Value, context: BuiltinContext): boolean {
  if (isSet(collection)) return collection.has(item)
  if (isArray(collection)) {
    context.step(collection.length)
    return collection.some((member) => equalValues(member, item))
  }
  if (!isObject(collection)) return false
  context.step(collection.size)
  for (const [, value] of collection.unorderedEntries()) if (equalValues(value, item)) return true
  return false
}

/** Tells whether a collection has an item under a key. */
function hasEntry(key: Value, item: Value, collection: Value): boolean {
  if (isSet(collection)) return equalValues(key, item) && collection.has(item)
  if (isObject(collection)) {
    const value = collection.get(key)
    return value !== undefined && equalValues(value, item)
  }
  if (!isArray(collection) || !isNumber(key)) return false
  const index = integerOf(key)
  const value = index === undefined ? undefined : collection[Number(index)]
  return value !== undefined && equalValues(value, item)
}

/** What `x in collection` and `key, x in collection` stand for. */
export const MEMBERSHIP_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('internal.member_2', 'any, any -> boolean', (operands, context) =>
    hasItem(operand(operands, 1), operand(operands, 2), context),
  ),
  defineBuiltin('internal.member_3', 'any, any, any -> boolean', (operands) =>
    hasEntry(operand(operands, 1), operand(operands, 2), operand(operands, 3)),
  ),
]
