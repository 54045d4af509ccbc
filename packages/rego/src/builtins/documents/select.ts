import type { BuiltinContext } from '../../evaluate/builtin.ts'
import { isArray, isObject, isSet, ObjectBuilder, RegoSet, type Value } from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { readObject } from '../operand.ts'
import { PathTree, readPaths } from './path.ts'

const SIGNATURE = 'object<any: any>, array<string | array<any>> | set<string | array<any>> -> any'

/** What stays of one part, or undefined where it goes. */
type Keep = (part: Value, tree: PathTree | undefined) => Value | undefined

/** A copy of a composite with each part replaced by what stays of it. */
function mapParts(value: Value, tree: PathTree, keep: Keep, context: BuiltinContext): Value {
  if (isObject(value)) {
    context.step(1 + value.size)
    context.memory(32 * value.size)
    const members = new ObjectBuilder()
    for (const [key, part] of value.unorderedEntries()) {
      const kept = keep(part, tree.child(key))
      if (kept !== undefined) members.set(key, kept)
    }
    return members.build()
  }
  if (!isArray(value) && !isSet(value)) return value
  const isOrdered = isArray(value)
  const kept: Value[] = []
  for (const [index, part] of [...value].entries()) {
    context.step()
    context.memory(16)
    const rest = keep(part, tree.child(isOrdered ? index : part))
    if (rest !== undefined) kept.push(rest)
  }
  return isOrdered ? kept : RegoSet.of(kept)
}

/** Keeps what lies on the paths. */
function filterParts(value: Value, tree: PathTree, context: BuiltinContext): Value {
  if (tree.coversAll) return value
  return mapParts(value, tree, (part, next) => next && filterParts(part, next, context), context)
}

/** Takes out what lies at the ends of the paths. */
function removeParts(value: Value, tree: PathTree, context: BuiltinContext): Value {
  const keep: Keep = (part, next) => {
    if (next === undefined) return part
    return next.coversAll ? undefined : removeParts(part, next, context)
  }
  return mapParts(value, tree, keep, context)
}

/** Parts of documents chosen by paths. The paths' length bounds how deep this goes. */
export const SELECT_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('json.filter', SIGNATURE, (operands, context) => {
    const object = readObject(operands, 1)
    const tree = PathTree.of(readPaths(operands, 2), (count) => context.step(count))
    return filterParts(object, tree, context)
  }),
  defineBuiltin('json.remove', SIGNATURE, (operands, context) => {
    const object = readObject(operands, 1)
    const tree = PathTree.of(readPaths(operands, 2), (count) => context.step(count))
    return removeParts(object, tree, context)
  }),
]
