import { doubleOf, integerOf, isNumber, termText, type Value } from '../../value/index.ts'

/** What a format works on: Go's int, big.Int, float64 or string. */
export type Argument =
  | { readonly type: 'int' | 'big.Int'; readonly value: bigint }
  | { readonly type: 'float64'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }

const INT_LIMIT = 1n << 63n
/** Whole numbers beyond the doubles that come from texts such as `2e308` keep that form. */
const MAX_PLAIN_ZEROS = 21

/** The argument that stands for a value: numbers and strings are themselves, everything else is its Rego text. */
export function argumentOf(value: Value): Argument {
  if (typeof value === 'string') return { type: 'string', value }
  if (!isNumber(value)) return { type: 'string', value: termText(value) }
  const double = doubleOf(value)
  if (!Number.isFinite(double) && typeof value !== 'number' && value.exponent > MAX_PLAIN_ZEROS) {
    return { type: 'string', value: `${value.mantissa}e${value.exponent}` }
  }
  const whole = integerOf(value)
  if (whole === undefined) return { type: 'float64', value: double }
  return { type: whole >= -INT_LIMIT && whole < INT_LIMIT ? 'int' : 'big.Int', value: whole }
}
