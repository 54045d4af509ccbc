import { RegoError } from '../errors.ts'
import { isArray } from './compare.ts'
import { createNumber, doubleOf, ExactNumber, numberFromDouble, numberText } from './number/exact-number.ts'
import { RegoObject } from './object.ts'
import { RegoSet } from './set.ts'
import { stringText } from './text.ts'
import type { Value } from './value.ts'

/** How deeply nested a JSON value may be unless the caller says otherwise. */
export const MAX_VALUE_DEPTH = 128

/**
 * Makes a Rego value of a JSON value. Objects are converted as they are read, so the source must not change while the
 * value lives. bigint stands for a whole number of any size. Throws REGO_VALUE_INVALID for what JSON does not have and
 * REGO_LIMIT_DEPTH beyond `maxDepth`.
 */
export function valueFromJson(source: unknown, maxDepth: number = MAX_VALUE_DEPTH): Value {
  const read = (item: unknown, depth: number): Value | undefined => {
    if (item === null) return null
    switch (typeof item) {
      case 'string':
      case 'boolean':
        return item
      case 'number':
        return numberFromDouble(item)
      case 'bigint':
        return createNumber(item)
      case 'undefined':
        return undefined
      case 'object':
        break
      default:
        throw new RegoError('REGO_VALUE_INVALID', `a ${typeof item} is not JSON`)
    }
    if (item instanceof RegoObject || item instanceof RegoSet || item instanceof ExactNumber) return item
    if (depth > maxDepth) throw new RegoError('REGO_LIMIT_DEPTH', `a value is nested deeper than ${maxDepth} levels`)
    if (Array.isArray(item)) return item.map((member) => read(member, depth + 1) ?? null)
    return RegoObject.ofJson(item as Record<string, unknown>, read, depth)
  }
  const value = read(source, 0)
  if (value === undefined) throw new RegoError('REGO_VALUE_INVALID', 'undefined is not JSON')
  return value
}

/**
 * Makes JSON of a value: sets become arrays in Rego's order, keys that are not strings become their text. Numbers that
 * no double holds become the nearest double, or bigint where `bigNumbers` asks for whole ones exactly.
 */
export function jsonFromValue(value: Value, options: { readonly bigNumbers?: boolean } = {}): unknown {
  if (value === null || typeof value !== 'object') return value
  if (value instanceof ExactNumber) {
    return options.bigNumbers && value.exponent >= 0 ? BigInt(value.toString()) : doubleOf(value)
  }
  if (isArray(value)) return value.map((item) => jsonFromValue(item, options))
  if (value instanceof RegoSet) return value.values().map((item) => jsonFromValue(item, options))
  const members: Record<string, unknown> = {}
  for (const [key, item] of value.entries()) {
    Object.defineProperty(members, memberName(key), {
      value: jsonFromValue(item, options),
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  return members
}

/** Compact JSON text of a value, numbers exact, members in the order of their keys. */
export function jsonText(value: Value): string {
  if (typeof value === 'string') return stringText(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' || value instanceof ExactNumber) return numberText(value)
  if (value instanceof RegoSet || isArray(value)) {
    return `[${(isArray(value) ? value : value.values()).map(jsonText).join(',')}]`
  }
  return `{${[...value.entries()].map(([key, item]) => `${stringText(memberName(key))}:${jsonText(item)}`).join(',')}}`
}

function memberName(key: Value): string {
  return typeof key === 'string' ? key : jsonText(key)
}
