import { ExactNumber } from './number/exact-number.ts'
import { RegoObject } from './object.ts'
import { RegoSet } from './set.ts'
import type { Value } from './value.ts'

/** What a JavaScript Map distinguishes exactly as Rego distinguishes values. */
export type MapKey = null | boolean | number | string

/** The map key of a value: itself where it is a scalar, otherwise a text that starts with a zero character. */
export function keyOf(value: Value): MapKey {
  if (typeof value === 'string') return value.charCodeAt(0) === 0 ? `\0s${value}` : value
  if (value === null || typeof value !== 'object') return value
  return `\0${encode(value)}`
}

function encode(value: Value): string {
  if (typeof value === 'string') return `s${value.length}:${value}`
  if (typeof value === 'number') return `n${value};`
  if (value === null) return 'z'
  if (typeof value === 'boolean') return value ? 't' : 'f'
  if (value instanceof ExactNumber) return `n${value.mantissa}e${value.exponent};`
  if (value instanceof RegoObject || value instanceof RegoSet) return value.encoded(encode)
  let text = '['
  for (const item of value) text += encode(item)
  return `${text}]`
}
