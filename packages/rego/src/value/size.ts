import { ExactNumber } from './number/exact-number.ts'
import { RegoObject } from './object.ts'
import { RegoSet } from './set.ts'
import type { RegoArray, Value } from './value.ts'

const arraySizes = new WeakMap<RegoArray, number>()

/**
 * How many parts a value has when it is written out: shared parts count wherever they stand, long strings by their
 * length. Remembered for each array, object and set, so that asking again costs nothing.
 */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return 1 + (value.length >> 4)
  if (value === null || typeof value !== 'object' || value instanceof ExactNumber) return 1
  if (value instanceof RegoObject || value instanceof RegoSet) return value.partCount(sizeOf)
  const known = arraySizes.get(value)
  if (known !== undefined) return known
  let size = 1
  let composite = false
  for (const item of value) {
    size += sizeOf(item)
    composite ||= item !== null && typeof item === 'object'
  }
  // Arrays of scalars are counted as fast as they are looked up, unless they are long.
  if (composite || value.length > 16) arraySizes.set(value, size)
  return size
}
