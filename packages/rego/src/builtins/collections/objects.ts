import type { BuiltinContext } from '../../evaluate/builtin.ts'
import {
  integerOf,
  isArray,
  isNumber,
  isObject,
  isSet,
  ObjectBuilder,
  type RegoObject,
  RegoSet,
  type Value,
} from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { itemError, type Operands, operand, operandError, readArray, readObject } from '../operand.ts'

const ANY_OBJECT = 'object<any: any>'
const KEYS = 'array<any> | set<any> | object<any: any>'

/** The part of a value under one key: a member, an element, or a set's own member; undefined where there is none. */
export function partOf(value: Value, key: Value): Value | undefined {
  if (isObject(value)) return value.get(key)
  if (isSet(value)) return value.has(key) ? key : undefined
  if (!isArray(value) || !isNumber(key)) return undefined
  const index = integerOf(key)
  return index === undefined ? undefined : value[Number(index)]
}

function lookUp(operands: Operands, context: BuiltinContext): Value {
  const object = readObject(operands, 1)
  const key = operand(operands, 2)
  const fallback = operand(operands, 3)
  if (!isArray(key)) return object.get(key) ?? fallback
  let value: Value = object
  context.step(key.length)
  for (const part of key) {
    const next = partOf(value, part)
    if (next === undefined) return fallback
    value = next
  }
  return value
}

/** Merges objects from left to right: objects under one key are merged in turn, otherwise the right value stays. */
function mergeObjects(left: RegoObject, right: RegoObject, context: BuiltinContext): RegoObject {
  if (right.size === 0) return left
  if (left.size === 0) return right
  context.step(left.size + right.size)
  context.memory(32 * (left.size + right.size))
  const merged = new ObjectBuilder()
  for (const [key, value] of left.unorderedEntries()) merged.set(key, value)
  for (const [key, value] of right.unorderedEntries()) {
    const former = merged.get(key)
    merged.set(
      key,
      former !== undefined && isObject(former) && isObject(value) ? mergeObjects(former, value, context) : value,
    )
  }
  return merged.build()
}

function mergeAll(operands: Operands, context: BuiltinContext): Value {
  const objects = readArray(operands, 1).map((item) => {
    if (!isObject(item)) throw itemError(1, 'array', 'objects', item)
    return item
  })
  // Pairs first: each member is copied a logarithmic number of times.
  let level = objects
  while (level.length > 1) {
    const next: RegoObject[] = []
    for (let i = 0; i < level.length; i += 2) {
      const right = level[i + 1]
      next.push(right === undefined ? level[i]! : mergeObjects(level[i]!, right, context))
    }
    level = next
  }
  return level[0] ?? new ObjectBuilder().build()
}

/** The keys named by an array's items, a set's members or an object's keys. */
function readKeys(operands: Operands, context: BuiltinContext): RegoSet {
  const value = operand(operands, 2)
  if (isSet(value)) return value
  if (!isObject(value) && !isArray(value)) throw operandError(2, 'one of {object, set, array}', value)
  context.step(isArray(value) ? value.length : value.size)
  return RegoSet.of(isArray(value) ? value : value.unorderedKeys())
}

function selectMembers(name: string, wanted: boolean): TypedBuiltin {
  return defineBuiltin(name, `${ANY_OBJECT}, ${KEYS} -> any`, (operands, context) => {
    const object = readObject(operands, 1)
    const keys = readKeys(operands, context)
    context.step(object.size)
    context.memory(32 * object.size)
    const kept = new ObjectBuilder()
    for (const [key, value] of object.unorderedEntries()) if (keys.has(key) === wanted) kept.set(key, value)
    return kept.build()
  })
}

/** Functions of whole objects. */
export const OBJECT_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('object.get', `${ANY_OBJECT}, any, any -> any`, lookUp),
  defineBuiltin('object.keys', `${ANY_OBJECT} -> set<any>`, (operands, context) => {
    const object = readObject(operands, 1)
    context.step(object.size)
    context.memory(16 * object.size)
    return RegoSet.of(object.unorderedKeys())
  }),
  defineBuiltin('object.union', `${ANY_OBJECT}, ${ANY_OBJECT} -> any`, (operands, context) =>
    mergeObjects(readObject(operands, 1), readObject(operands, 2), context),
  ),
  defineBuiltin('object.union_n', `array<${ANY_OBJECT}> -> any`, mergeAll),
  selectMembers('object.filter', true),
  selectMembers('object.remove', false),
]
