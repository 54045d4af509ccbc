import { RegoError } from '../../errors.ts'
import type { RegoNumber } from '../value.ts'

/** Most decimal digits a number may have, and the largest power of ten it may be scaled by. */
export const MAX_NUMBER_DIGITS = 4096

/** A number that a double does not hold exactly: `mantissa × 10^exponent`, the mantissa not divisible by ten. */
export class ExactNumber {
  readonly mantissa: bigint
  readonly exponent: number

  /** Use {@link createNumber}, which returns a JavaScript number wherever one is exact. */
  constructor(mantissa: bigint, exponent: number) {
    this.mantissa = mantissa
    this.exponent = exponent
  }

  toString(): string {
    return decimalText(this.mantissa, this.exponent)
  }
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER)
const NUMBER_TEXT = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

/** The value `mantissa × 10^exponent` in its one form. Throws REGO_LIMIT_SIZE when it has too many digits. */
export function createNumber(mantissa: bigint, exponent = 0): RegoNumber {
  if (mantissa === 0n) return 0
  if (exponent === 0 && mantissa <= SAFE && mantissa >= -SAFE) return Number(mantissa)
  let digits = mantissa.toString()
  let end = digits.length
  while (digits.charCodeAt(end - 1) === 48) end--
  let scale = exponent
  if (end < digits.length) {
    scale += digits.length - end
    digits = digits.slice(0, end)
  }
  if (digits.length > MAX_NUMBER_DIGITS || Math.abs(scale) > MAX_NUMBER_DIGITS) {
    throw new RegoError('REGO_LIMIT_SIZE', `a number has more than ${MAX_NUMBER_DIGITS} digits`)
  }
  const exact = new ExactNumber(BigInt(digits), scale)
  if (digits.length <= 18) {
    const near = Number(`${digits}e${scale}`)
    if (scale >= 0) {
      if (Number.isSafeInteger(near)) return near
    } else if (Number.isFinite(near) && near !== 0) {
      const [m, e] = splitDecimal(String(near))
      if (m === exact.mantissa && e === scale) return near
    }
  }
  return exact
}

/** Reads decimal text such as `-12.5e3`; undefined when it is not a number. Throws REGO_LIMIT_SIZE on too many digits. */
export function parseNumber(text: string): RegoNumber | undefined {
  if (text.length <= 15 && /^(?:0|-?[1-9]\d*)$/.test(text)) return Number(text)
  const match = NUMBER_TEXT.exec(text)
  if (!match || (match[2] === '' && (match[3] ?? '') === '')) return undefined
  if (text.length > MAX_NUMBER_DIGITS) {
    throw new RegoError('REGO_LIMIT_SIZE', `a number has more than ${MAX_NUMBER_DIGITS} digits`)
  }
  const fraction = match[3] ?? ''
  const exponent = match[4] === undefined ? 0 : Number(match[4])
  const mantissa = BigInt(`${match[2]}${fraction}`)
  if (mantissa === 0n) return 0
  return createNumber(match[1] === '-' ? -mantissa : mantissa, exponent - fraction.length)
}

/** The Rego number nearest to what a double says in its shortest decimal text. Throws REGO_VALUE_INVALID if not finite. */
export function numberFromDouble(value: number): RegoNumber {
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value
  if (!Number.isFinite(value)) throw new RegoError('REGO_VALUE_INVALID', 'a number is not finite')
  if (Math.abs(value) < 1e15 && Math.abs(value) > 1e-300) return value
  const [mantissa, exponent] = splitDecimal(String(value))
  return createNumber(mantissa, exponent)
}

/** Mantissa and power of ten of any number. */
export function decimalOf(value: RegoNumber): readonly [mantissa: bigint, exponent: number] {
  if (typeof value !== 'number') return [value.mantissa, value.exponent]
  return Number.isInteger(value) ? [BigInt(value), 0] : splitDecimal(String(value))
}

/** The whole number a value is, or undefined when it has a fraction. */
export function integerOf(value: RegoNumber): bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined
  return value.exponent >= 0 ? value.mantissa * 10n ** BigInt(value.exponent) : undefined
}

/** Tells whether a number is whole. */
export function isInteger(value: RegoNumber): boolean {
  return typeof value === 'number' ? Number.isInteger(value) : value.exponent >= 0
}

/** The double nearest to a number. */
export function doubleOf(value: RegoNumber): number {
  return typeof value === 'number' ? value : Number(value.toString())
}

/** Decimal text of a number: digits when it is whole and moderate, otherwise the shortest exact form. */
export function numberText(value: RegoNumber): string {
  if (typeof value === 'number') {
    if (Number.isInteger(value)) return String(value)
    const [mantissa, exponent] = splitDecimal(String(value))
    return decimalText(mantissa, exponent)
  }
  return value.toString()
}

/** Orders two numbers exactly: negative, zero or positive. */
export function compareNumbers(a: RegoNumber, b: RegoNumber): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [ma, ea] = decimalOf(a)
  const [mb, eb] = decimalOf(b)
  const low = Math.min(ea, eb)
  const left = ma * 10n ** BigInt(ea - low)
  const right = mb * 10n ** BigInt(eb - low)
  return left < right ? -1 : left > right ? 1 : 0
}

function splitDecimal(text: string): [bigint, number] {
  const match = NUMBER_TEXT.exec(text)!
  const fraction = match[3] ?? ''
  let digits = `${match[2]}${fraction}`
  let exponent = Number(match[4] ?? '0') - fraction.length
  const trimmed = digits.replace(/0+$/, '')
  exponent += digits.length - trimmed.length
  digits = trimmed === '' ? '0' : trimmed
  return [match[1] === '-' ? -BigInt(digits) : BigInt(digits), exponent]
}

/** Whole numbers in digits; fractions plainly from 1e-4 to 1e21, otherwise with an exponent of at least two digits. */
function decimalText(mantissa: bigint, exponent: number): string {
  const sign = mantissa < 0n ? '-' : ''
  const digits = (mantissa < 0n ? -mantissa : mantissa).toString()
  if (exponent >= 0) return `${sign}${digits}${'0'.repeat(exponent)}`
  const point = digits.length + exponent
  if (point > 21 || point < -3) {
    const power = point - 1
    const tail = digits.length > 1 ? `.${digits.slice(1)}` : ''
    const size = String(Math.abs(power)).padStart(2, '0')
    return `${sign}${digits[0]}${tail}e${power < 0 ? '-' : '+'}${size}`
  }
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
}
