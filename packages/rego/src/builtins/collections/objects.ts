import type { BuiltinContext } from '../../evaluate/builtin.ts'
import {
  integerOf,
  isArray,
  isNumber,
  isObject,
  isSet,
  keyOf,
  type MapKey,
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
  if (!isArray(key)) {
    const value = object.get(key)
    return value === undefined ? fallback : value
  }
  let value: Value = object
  context.step(key.length)
  for (const part of key) {
    const next = partOf(value, part)
    if (next === undefined) return fallback
    value = next
  }
  return value
}

/** Objects merged from left to right: objects under one key are merged in turn, otherwise the right value stays. */
class MergedObject {
  private readonly members = new Map<MapKey, { readonly key: Value; readonly value: Value | MergedObject }>()
  private readonly context: BuiltinContext

  constructor(context: BuiltinContext) {
    this.context = context
  }

  add(object: RegoObject): this {
    this.context.step(1 + object.size)
    this.context.memory(32 * object.size)
    for (const [key, value] of object.unorderedEntries()) {
      const name = keyOf(key)
      this.members.set(name, { key, value: this.merge(this.members.get(name)?.value, value) })
    }
    return this
  }

  build(): RegoObject {
    const object = new ObjectBuilder()
    for (const { key, value } of this.members.values()) {
      object.set(key, value instanceof MergedObject ? value.build() : value)
    }
    return object.build()
  }

  private merge(former: Value | MergedObject | undefined, value: Value): Value | MergedObject {
    if (!isObject(value) || former === undefined) return value
    if (former instanceof MergedObject) return former.add(value)
    return isObject(former) ? new MergedObject(this.context).add(former).add(value) : value
  }
}

function mergeAll(operands: Operands, context: BuiltinContext): Value {
  const merged = new MergedObject(context)
  for (const item of readArray(operands, 1)) {
    if (!isObject(item)) throw itemError(1, 'array', 'objects', item)
    merged.add(item)
  }
  return merged.build()
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
    new MergedObject(context).add(readObject(operands, 1)).add(readObject(operands, 2)).build(),
  ),
  defineBuiltin('object.union_n', `array<${ANY_OBJECT}> -> any`, mergeAll),
  selectMembers('object.filter', true),
  selectMembers('object.remove', false),
]
