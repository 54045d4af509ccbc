import { RegoError } from '../../errors.ts'
import type { RegoNumber } from '../value.ts'
import { createNumber, integerOf, isInteger, MAX_NUMBER_DIGITS } from './exact-number.ts'
import { addFloats, divideFloats, multiplyFloats } from './float.ts'

/** Adds; whole numbers exactly at any size, fractions with a 64-bit mantissa. */
export function addNumbers(a: RegoNumber, b: RegoNumber): RegoNumber {
  const whole = typeof a === 'number' && typeof b === 'number' && Number.isInteger(a) && Number.isInteger(b)
  if (whole && Number.isSafeInteger(a + b)) return a + b
  const x = integerOf(a)
  const y = x === undefined ? undefined : integerOf(b)
  return y === undefined ? addFloats(a, b) : createNumber(x! + y)
}

/** Subtracts; see {@link addNumbers}. */
export function subtractNumbers(a: RegoNumber, b: RegoNumber): RegoNumber {
  return addNumbers(a, negateNumber(b))
}

/** Multiplies; see {@link addNumbers}. Throws REGO_LIMIT_SIZE when the product has too many digits. */
export function multiplyNumbers(a: RegoNumber, b: RegoNumber): RegoNumber {
  const whole = typeof a === 'number' && typeof b === 'number' && Number.isInteger(a) && Number.isInteger(b)
  if (whole) {
    const product = a * b
    if (Number.isSafeInteger(product)) return product === 0 ? 0 : product
  }
  const x = integerOf(a)
  const y = x === undefined ? undefined : integerOf(b)
  return y === undefined ? multiplyFloats(a, b) : createNumber(x! * y)
}

/** Divides; exact where it comes out even. Undefined when the divisor is zero. */
export function divideNumbers(a: RegoNumber, b: RegoNumber): RegoNumber | undefined {
  if (b === 0) return undefined
  if (a === 0) return 0
  const x = integerOf(a)
  const y = x === undefined ? undefined : integerOf(b)
  if (y !== undefined && x! % y === 0n) return createNumber(x! / y)
  return divideFloats(a, b)
}

/** The rest of a whole division, with the sign of the dividend. Both are whole, the divisor is not zero. */
export function remainderOfNumbers(a: RegoNumber, b: RegoNumber): RegoNumber {
  if (typeof a === 'number' && typeof b === 'number') return a % b === 0 ? 0 : a % b
  return createNumber(integerOf(a)! % integerOf(b)!)
}

/** The number with the other sign. */
export function negateNumber(value: RegoNumber): RegoNumber {
  return typeof value === 'number' ? (value === 0 ? 0 : -value) : createNumber(-value.mantissa, value.exponent)
}

/** The number without its sign. */
export function absoluteNumber(value: RegoNumber): RegoNumber {
  if (typeof value === 'number') return Math.abs(value)
  return value.mantissa < 0n ? negateNumber(value) : value
}

/** The largest whole number not above the value. */
export function floorNumber(value: RegoNumber): RegoNumber {
  if (isInteger(value)) return value
  if (typeof value === 'number') return wholeDouble(Math.floor(value))
  const whole = truncate(value.mantissa, value.exponent)
  return createNumber(value.mantissa < 0n ? whole - 1n : whole)
}

/** The smallest whole number not below the value. */
export function ceilNumber(value: RegoNumber): RegoNumber {
  return negateNumber(floorNumber(negateNumber(value)))
}

/** The nearest whole number, halves away from zero. */
export function roundNumber(value: RegoNumber): RegoNumber {
  if (isInteger(value)) return value
  if (typeof value === 'number') {
    return wholeDouble(value < 0 ? -Math.round(-value) : Math.round(value))
  }
  const size = value.mantissa < 0n ? -value.mantissa : value.mantissa
  const whole = truncate(size * 2n + 10n ** BigInt(-value.exponent), value.exponent) / 2n
  return createNumber(value.mantissa < 0n ? -whole : whole)
}

function truncate(mantissa: bigint, exponent: number): bigint {
  if (-exponent > MAX_NUMBER_DIGITS * 2) throw new RegoError('REGO_LIMIT_SIZE')
  return mantissa / 10n ** BigInt(-exponent)
}

function wholeDouble(value: number): RegoNumber {
  return value === 0 ? 0 : createNumber(BigInt(value))
}
