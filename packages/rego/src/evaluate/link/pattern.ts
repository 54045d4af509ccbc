import type { Pattern } from '../../compile/plan/plan.ts'
import { equalValues, RegoObject, type Value } from '../../value/index.ts'
import type { Context, Frame } from '../context.ts'
import type { Linker } from './linker.ts'

/** Holds a value against a pattern, binding its variables. */
export type Match = (context: Context, frame: Frame, value: Value) => boolean

/** Makes code of a pattern. */
export function linkPattern(linker: Linker, pattern: Pattern): Match {
  switch (pattern.kind) {
    case 'bind': {
      const { slot } = pattern.variable
      return (_, frame, value) => {
        frame[slot] = value
        return true
      }
    }
    case 'equal':
      return linkEqual(linker, pattern)
    case 'array': {
      const items = pattern.items.map((item) => linkPattern(linker, item))
      return (context, frame, value) => {
        if (!Array.isArray(value) || value.length !== items.length) return false
        for (let i = 0; i < items.length; i++) if (!items[i]!(context, frame, value[i] as Value)) return false
        return true
      }
    }
    case 'object': {
      const entries = pattern.entries.map(([key, item]) => [linker.term(key), linkPattern(linker, item)] as const)
      return (context, frame, value) => {
        if (!(value instanceof RegoObject) || value.size !== entries.length) return false
        for (const [keyOf, match] of entries) {
          const key = keyOf(context, frame)
          const member = key === undefined ? undefined : value.get(key)
          if (member === undefined || !match(context, frame, member)) return false
        }
        return true
      }
    }
  }
}

function linkEqual(linker: Linker, pattern: Pattern & { kind: 'equal' }): Match {
  const { term } = pattern
  if (term.kind === 'constant' && (term.value === null || typeof term.value !== 'object')) {
    const constant = term.value
    return (_context, _frame, value) => value === constant
  }
  const evaluate = linker.term(term)
  return (context, frame, value) => {
    const expected = evaluate(context, frame)
    return expected !== undefined && equalValues(expected, value)
  }
}
