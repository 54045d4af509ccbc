import { isArray } from './compare.ts'
import { ExactNumber, numberText } from './number/exact-number.ts'
import { RegoSet } from './set.ts'
import type { Value } from './value.ts'

/** A value as Rego source text, such as `{"a": [1, 2]}` or `set()`. */
export function termText(value: Value): string {
  if (typeof value === 'string') return stringText(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' || value instanceof ExactNumber) return numberText(value)
  if (isArray(value)) return `[${value.map(termText).join(', ')}]`
  if (value instanceof RegoSet) return value.size === 0 ? 'set()' : `{${value.values().map(termText).join(', ')}}`
  return `{${[...value.entries()].map(([key, item]) => `${termText(key)}: ${termText(item)}`).join(', ')}}`
}

/** A string in double quotes, escaped as in JSON. */
export function stringText(value: string): string {
  return JSON.stringify(value)
}
