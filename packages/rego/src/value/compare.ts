import { compareNumbers, ExactNumber } from './number/exact-number.ts'
import { RegoObject } from './object.ts'
import { RegoSet } from './set.ts'
import type { RegoArray, RegoNumber, TypeName, Value } from './value.ts'

/** The name of a value's type. */
export function typeNameOf(value: Value): TypeName {
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value as 'boolean' | 'number' | 'string'
  if (Array.isArray(value)) return 'array'
  if (value instanceof RegoObject) return 'object'
  return value instanceof RegoSet ? 'set' : 'number'
}

/** Tells whether a value is a number, in either form. */
export function isNumber(value: Value): value is RegoNumber {
  return typeof value === 'number' || value instanceof ExactNumber
}

/** Tells whether a value is an array. */
export function isArray(value: Value): value is RegoArray {
  return Array.isArray(value)
}

/** Tells whether a value is an object. */
export function isObject(value: Value): value is RegoObject {
  return value instanceof RegoObject
}

/** Tells whether a value is a set. */
export function isSet(value: Value): value is RegoSet {
  return value instanceof RegoSet
}

/** Tells whether two values are equal. */
export function equalValues(a: Value, b: Value): boolean {
  if (a === b) return true
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    for (let i = 0; i < a.length; i++) if (!equalValues(a[i]!, b[i]!)) return false
    return true
  }
  if (a instanceof RegoObject) return b instanceof RegoObject && a.equals(b)
  if (a instanceof RegoSet) return b instanceof RegoSet && a.equals(b)
  return b instanceof ExactNumber && exactEqual(a as ExactNumber, b)
}

/**
 * Orders any two values: null, booleans, numbers, strings, arrays, objects, sets; strings by code point, composites
 * by their parts in order.
 */
export function compareValues(a: Value, b: Value): number {
  if (a === b) return 0
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b)
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const rank = RANKS[typeNameOf(a)] - RANKS[typeNameOf(b)]
  if (rank !== 0) return rank
  if (typeof a === 'boolean') return a ? 1 : -1
  if (isNumber(a)) return compareNumbers(a, b as RegoNumber)
  if (isArray(a)) return compareArrays(a, b as RegoArray)
  if (a instanceof RegoObject) return compareObjects(a, b as RegoObject)
  return compareArrays((a as RegoSet).values(), (b as RegoSet).values())
}

/** Orders two strings by code point. */
export function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return isSurrogate(x) !== isSurrogate(y) ? (isSurrogate(x) ? 0x10000 - y : x - 0x10000) : x - y
  }
  return a.length - b.length
}

/** Sorts values in place; strings without characters beyond the basic plane as fast as the host sorts. */
export function sortValues(values: Value[]): Value[] {
  const plain = values.every((value) => typeof value === 'string' && !SURROGATE.test(value))
  return plain ? values.sort() : values.sort(compareValues)
}

const SURROGATE = /[\ud800-\udfff]/

const RANKS: Record<TypeName, number> = { null: 0, boolean: 1, number: 2, string: 3, array: 4, object: 5, set: 6 }

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}

function compareArrays(a: RegoArray, b: RegoArray): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const order = compareValues(a[i]!, b[i]!)
    if (order !== 0) return order
  }
  return a.length - b.length
}

function compareObjects(a: RegoObject, b: RegoObject): number {
  const left = a.keys()
  const right = b.keys()
  const length = Math.min(left.length, right.length)
  for (let i = 0; i < length; i++) {
    const order = compareValues(left[i]!, right[i]!) || compareValues(a.get(left[i]!)!, b.get(right[i]!)!)
    if (order !== 0) return order
  }
  return left.length - right.length
}

function exactEqual(a: ExactNumber, b: ExactNumber): boolean {
  return a.exponent === b.exponent && a.mantissa === b.mantissa
}
