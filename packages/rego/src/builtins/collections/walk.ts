import type { BuiltinContext } from '../../evaluate/builtin.ts'
import { isArray, isObject, isSet, type RegoArray, type Value } from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { operand } from '../operand.ts'

/** The parts of a value under their keys; a set's members are their own keys. */
function* partsOf(value: Value): Iterable<readonly [key: Value, part: Value]> {
  if (isArray(value)) yield* value.entries()
  else if (isObject(value)) yield* value.entries()
  else if (isSet(value)) for (const member of value) yield [member, member]
}

/**
 * Every part of a value at every depth with the path to it, the value itself with an empty path first. `paths: false`
 * saves the work of making them: each path is then empty.
 */
export function* walkValue(
  value: Value,
  context: BuiltinContext,
  options: { readonly paths?: boolean } = {},
): Iterable<readonly [path: RegoArray, part: Value]> {
  const withPaths = options.paths ?? true
  const open: { readonly path: RegoArray; readonly parts: Iterator<readonly [Value, Value]> }[] = []
  let path: RegoArray = []
  let part = value
  for (;;) {
    context.step()
    yield [path, part]
    if (part !== null && typeof part === 'object') open.push({ path, parts: partsOf(part)[Symbol.iterator]() })
    let next = open[open.length - 1]?.parts.next()
    while (next?.done) {
      open.pop()
      next = open[open.length - 1]?.parts.next()
    }
    if (next === undefined) return
    const parent = open[open.length - 1]!.path
    if (withPaths) {
      context.memory(16 * (parent.length + 2))
      context.step(1 + (parent.length >>> 4))
      path = [...parent, next.value![0]]
    }
    part = next.value![1]
  }
}

/** The relation `walk`: all `[path, value]` pairs of a value. */
export const WALK_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin(
    'walk',
    'any -> array<[array<any>, any]>',
    (operands, context) => {
      const pairs: Value[] = []
      for (const pair of walkValue(operand(operands, 1), context)) {
        context.memory(48)
        pairs.push(pair)
      }
      return pairs
    },
    { relation: true },
  ),
]
