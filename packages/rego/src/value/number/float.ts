import type { RegoNumber } from '../value.ts'
import { createNumber, decimalOf } from './exact-number.ts'

/**
 * Binary floating point with a 64-bit mantissa, `mantissa × 2^exponent`, rounding to nearest even: the precision in
 * which Rego calculates with fractions.
 */
interface Float {
  readonly mantissa: bigint
  readonly exponent: number
}

const BITS = 64

/** Adds (or, with the right side negated, subtracts) two numbers of which at least one has a fraction. */
export function addFloats(a: RegoNumber, b: RegoNumber): RegoNumber {
  const x = floatOf(a)
  const y = floatOf(b)
  const low = Math.min(x.exponent, y.exponent)
  return numberOf(round((x.mantissa << BigInt(x.exponent - low)) + (y.mantissa << BigInt(y.exponent - low)), low))
}

/** Multiplies two numbers. */
export function multiplyFloats(a: RegoNumber, b: RegoNumber): RegoNumber {
  const x = floatOf(a)
  const y = floatOf(b)
  return numberOf(round(x.mantissa * y.mantissa, x.exponent + y.exponent))
}

/** Divides two numbers; the divisor is not zero. */
export function divideFloats(a: RegoNumber, b: RegoNumber): RegoNumber {
  return numberOf(quotient(floatOf(a), floatOf(b)))
}

function floatOf(value: RegoNumber): Float {
  const [mantissa, exponent] = decimalOf(value)
  if (exponent >= 0) return round(mantissa * 10n ** BigInt(exponent), 0)
  return quotient({ mantissa, exponent: 0 }, { mantissa: 10n ** BigInt(-exponent), exponent: 0 })
}

function quotient(a: Float, b: Float): Float {
  const shift = BITS + 2 + bitLength(b.mantissa) - bitLength(a.mantissa)
  const up = Math.max(shift, 0)
  const top = a.mantissa << BigInt(up)
  const whole = top / b.mantissa
  // A sticky bit below the quotient keeps the rounding right when the division leaves a rest.
  const rest = top % b.mantissa === 0n ? 0n : top < 0n !== b.mantissa < 0n ? -1n : 1n
  return round((whole << 1n) + rest, a.exponent - b.exponent - up - 1)
}

function round(mantissa: bigint, exponent: number): Float {
  const excess = bitLength(mantissa) - BITS
  if (excess <= 0) return { mantissa, exponent }
  const negative = mantissa < 0n
  const size = negative ? -mantissa : mantissa
  const shift = BigInt(excess)
  let kept = size >> shift
  const rest = size - (kept << shift)
  const half = 1n << (shift - 1n)
  if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n
  return { mantissa: negative ? -kept : kept, exponent: exponent + excess }
}

/** The number with the fewest decimal digits that rounds to this float; whole floats are exact. */
function numberOf(value: Float): RegoNumber {
  const { mantissa, exponent } = value
  if (mantissa === 0n) return 0
  if (exponent >= 0) return createNumber(mantissa << BigInt(exponent))
  const unit = 1n << BigInt(-exponent)
  if (mantissa % unit === 0n) return createNumber(mantissa / unit)
  const negative = mantissa < 0n
  const full = round((negative ? -mantissa : mantissa) << BigInt(BITS), exponent - BITS)
  const target = normalize(full)
  // 21 decimal digits always tell 64-bit mantissas apart; try fewer first.
  const scale = decimalScale(target)
  for (let digits = 1; digits <= 21; digits++) {
    const power = digits - scale
    const candidate = nearestDecimal(target, power)
    const back = normalize(floatOfDecimal(candidate, -power))
    if (back.mantissa === target.mantissa && back.exponent === target.exponent) {
      return createNumber(negative ? -candidate : candidate, -power)
    }
  }
  return createNumber(negative ? -nearestDecimal(target, 21 - scale) : nearestDecimal(target, 21 - scale), scale - 21)
}

/** How many decimal digits stand before the point (negative: zeros after it). */
function decimalScale(value: Float): number {
  const estimate = Math.floor((bitLength(value.mantissa) + value.exponent - 1) * Math.LOG10E * Math.LN2)
  return estimate + 1
}

function nearestDecimal(value: Float, power: number): bigint {
  let numerator = value.mantissa
  let denominator = 1n
  if (power >= 0) numerator *= 10n ** BigInt(power)
  else denominator *= 10n ** BigInt(-power)
  if (value.exponent >= 0) numerator <<= BigInt(value.exponent)
  else denominator <<= BigInt(-value.exponent)
  return (numerator * 2n + denominator) / (denominator * 2n)
}

function floatOfDecimal(mantissa: bigint, exponent: number): Float {
  if (exponent >= 0) return round(mantissa * 10n ** BigInt(exponent), 0)
  return quotient({ mantissa, exponent: 0 }, { mantissa: 10n ** BigInt(-exponent), exponent: 0 })
}

function normalize(value: Float): Float {
  if (value.mantissa === 0n) return value
  const missing = BITS - bitLength(value.mantissa)
  return missing > 0 ? { mantissa: value.mantissa << BigInt(missing), exponent: value.exponent - missing } : value
}

function bitLength(value: bigint): number {
  const hex = (value < 0n ? -value : value).toString(16)
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0]!, 16)))
}
