import type { BuiltinContext } from '../../evaluate/builtin.ts'
import { isSet, RegoSet, type Value } from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { itemError, type Operands, readSet } from '../operand.ts'

const BINARY = 'set<any>, set<any> -> set<any>'

function binary(name: string, apply: (a: RegoSet, b: RegoSet) => RegoSet): TypedBuiltin {
  return defineBuiltin(name, BINARY, (operands, context) => {
    const a = readSet(operands, 1)
    const b = readSet(operands, 2)
    context.step(a.size + b.size)
    context.memory(16 * (a.size + b.size))
    return apply(a, b)
  })
}

function readSets(operands: Operands, context: BuiltinContext): RegoSet[] {
  const sets: RegoSet[] = []
  for (const item of readSet(operands, 1)) {
    if (!isSet(item)) throw itemError(1, 'set', 'sets', item)
    context.step(1 + item.size)
    sets.push(item)
  }
  return sets
}

function uniteAll(operands: Operands, context: BuiltinContext): Value {
  const sets = readSets(operands, context)
  context.memory(16 * sets.reduce((size, set) => size + set.size, 0))
  return RegoSet.of(sets.flatMap((set) => [...set.unordered()]))
}

function intersectAll(operands: Operands, context: BuiltinContext): Value {
  const [first, ...others] = readSets(operands, context)
  if (first === undefined) return RegoSet.EMPTY
  return others.reduce((common, set) => common.intersection(set), first)
}

/** The operators `&` and `|`, their forms for a set of sets, and the older name of `-`. */
export const SET_BUILTINS: readonly TypedBuiltin[] = [
  binary('and', (a, b) => a.intersection(b)),
  binary('or', (a, b) => a.union(b)),
  binary('set_diff', (a, b) => a.difference(b)),
  defineBuiltin('union', 'set<set<any>> -> set<any>', uniteAll),
  defineBuiltin('intersection', 'set<set<any>> -> set<any>', intersectAll),
]
