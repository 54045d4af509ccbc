import type { ExactNumber } from './number/exact-number.ts'
import type { RegoObject } from './object.ts'
import type { RegoSet } from './set.ts'

/**
 * A Rego value. A number that a JavaScript number holds exactly is one: every safe integer, and every fraction whose
 * shortest decimal text is that of the double. All others are {@link ExactNumber}; there is one form for each value, so
 * equal numbers that are JavaScript numbers are `===`. Undefined is not a value: it is the absence of one.
 */
export type Value = null | boolean | number | ExactNumber | string | RegoArray | RegoObject | RegoSet

/** An array of values; never changed once made. */
export type RegoArray = readonly Value[]

/** A number in either form. */
export type RegoNumber = number | ExactNumber

/** The name of a value's type, as `type_name` gives it. */
export type TypeName = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object' | 'set'
