import type { BuiltinContext } from '../../evaluate/builtin.ts'
import {
  addNumbers,
  compareValues,
  isArray,
  isNumber,
  isObject,
  isSet,
  multiplyNumbers,
  type RegoNumber,
  type Value,
} from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { itemError, type Operands, operand, operandError, readItems } from '../operand.ts'

const ITEMS = 'array<any> | set<any>'

/** How many code points a text has. */
function countCharacters(text: string, context: BuiltinContext): number {
  context.step(1 + (text.length >>> 6))
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < text.length) {
      const next = text.charCodeAt(i + 1)
      if (next >= 0xdc00 && next < 0xe000) i++
    }
    count++
  }
  return count
}

function countItems(operands: Operands, context: BuiltinContext): Value {
  const value = operand(operands, 1)
  if (isArray(value)) return value.length
  if (isObject(value) || isSet(value)) return value.size
  if (typeof value === 'string') return countCharacters(value, context)
  throw operandError(1, 'one of {array, object, set, string}', value)
}

function fold(name: string, start: RegoNumber, apply: (a: RegoNumber, b: RegoNumber) => RegoNumber): TypedBuiltin {
  return defineBuiltin(name, 'array<number> | set<number> -> number', (operands, context) => {
    const { kind, items } = readItems(operands, 1)
    context.step(items.length)
    let total = start
    for (const item of items) {
      if (!isNumber(item)) throw itemError(1, kind, 'numbers', item)
      total = apply(total, item)
    }
    return total
  })
}

function extreme(name: string, wins: (order: number) => boolean): TypedBuiltin {
  return defineBuiltin(name, `${ITEMS} -> any`, (operands, context) => {
    const { items } = readItems(operands, 1)
    context.step(items.length)
    let best: Value | undefined
    for (const item of items) if (best === undefined || wins(compareValues(item, best))) best = item
    return best
  })
}

function sortItems(operands: Operands, context: BuiltinContext): Value {
  const { kind, items } = readItems(operands, 1)
  context.step(items.length * Math.max(1, Math.ceil(Math.log2(items.length + 1))))
  context.memory(16 * items.length)
  return kind === 'set' ? items : items.toSorted(compareValues)
}

/** What is counted, added up or picked from a collection. `max` and `min` of nothing have no result. */
export const AGGREGATE_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('count', `string | ${ITEMS} | object<any: any> -> number`, countItems),
  fold('sum', 0, addNumbers),
  fold('product', 1, multiplyNumbers),
  extreme('max', (order) => order > 0),
  extreme('min', (order) => order < 0),
  defineBuiltin('sort', `${ITEMS} -> array<any>`, sortItems),
  defineBuiltin('all', `${ITEMS} -> boolean`, (operands, context) => {
    const { items } = readItems(operands, 1)
    context.step(items.length)
    return items.every((item) => item === true)
  }),
  defineBuiltin('any', `${ITEMS} -> boolean`, (operands, context) => {
    const { items } = readItems(operands, 1)
    context.step(items.length)
    return items.includes(true)
  }),
]
