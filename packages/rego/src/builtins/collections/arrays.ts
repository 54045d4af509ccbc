import { isArray, type Value } from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { readArray, readCount } from '../operand.ts'

/** Arrays joined, cut, turned round, and freed of one level of nesting. */
export const ARRAY_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('array.concat', 'array<any>, array<any> -> array<any>', (operands, context) => {
    const a = readArray(operands, 1)
    const b = readArray(operands, 2)
    context.step(a.length + b.length)
    context.memory(16 * (a.length + b.length))
    return [...a, ...b]
  }),
  defineBuiltin('array.flatten', 'array<any> -> array<any>', (operands, context) => {
    const items: Value[] = []
    for (const item of readArray(operands, 1)) {
      const size = isArray(item) ? item.length : 1
      context.step(size + 1)
      context.memory(16 * size)
      if (isArray(item)) for (const member of item) items.push(member)
      else items.push(item)
    }
    return items
  }),
  defineBuiltin('array.reverse', 'array<any> -> array<any>', (operands, context) => {
    const items = readArray(operands, 1)
    context.step(items.length)
    context.memory(16 * items.length)
    return items.toReversed()
  }),
  defineBuiltin('array.slice', 'array<any>, number, number -> array<any>', (operands, context) => {
    const items = readArray(operands, 1)
    const start = Math.max(0, readCount(operands, 2))
    const stop = Math.min(items.length, readCount(operands, 3))
    if (stop <= start) return []
    context.step(stop - start)
    context.memory(16 * (stop - start))
    return items.slice(start, stop)
  }),
]
