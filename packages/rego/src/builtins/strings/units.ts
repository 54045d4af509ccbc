import {
  ceilNumber,
  compareNumbers,
  createNumber,
  decimalOf,
  doubleOf,
  floorNumber,
  multiplyNumbers,
  type RegoNumber,
  type Value,
} from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { failure, type Operands, readString } from '../operand.ts'
import { readNumberText } from '../values/number-text.ts'

const DECIMAL = ['k', 'm', 'g', 't', 'p', 'e']
const AMOUNT = /^([+-]?[0-9.]*(?:[eE][+-]?[0-9]+)?)(.*)$/s
const MAX_TEXT = 256

/** Factor of a unit such as `ki` in lower case: `[mantissa, power of ten]`. */
const FACTORS: ReadonlyMap<string, RegoNumber> = new Map([
  ['', 1],
  ...DECIMAL.map((unit, i): [string, RegoNumber] => [unit, createNumber(1n, 3 * (i + 1))]),
  ...DECIMAL.map((unit, i): [string, RegoNumber] => [`${unit}i`, createNumber(1n << BigInt(10 * (i + 1)))]),
])

interface Wording {
  readonly missing: string
  readonly malformed: string
}

/** Splits an amount from its unit and reads it exactly. */
function readAmount(operands: Operands, wording: Wording): [amount: RegoNumber, unit: string] {
  const text = readString(operands, 1).replaceAll('"', '')
  if (text.includes(' ')) throw failure('spaces not allowed in resource strings')
  if (text.length > MAX_TEXT) throw failure(wording.malformed)
  const match = AMOUNT.exec(text)!
  const digits = match[1]!
  if (digits === '' || digits === '+' || digits === '-') throw failure(wording.missing)
  const amount = readNumberText(digits)
  if (amount === undefined || !Number.isFinite(doubleOf(amount))) throw failure(wording.malformed)
  return [amount, match[2]!]
}

function scale(amount: RegoNumber, unit: string, shown: string): RegoNumber {
  const factor = FACTORS.get(unit)
  if (factor === undefined) throw failure(`unit ${shown} not recognized`)
  const [mantissa, exponent] = decimalOf(amount)
  const product = multiplyNumbers(createNumber(mantissa), factor)
  const [whole, power] = decimalOf(product)
  return createNumber(whole, power + exponent)
}

function parseUnits(operands: Operands): Value {
  const [amount, unit] = readAmount(operands, {
    missing: 'no amount provided',
    malformed: 'could not parse amount to a number',
  })
  if (unit === 'm') {
    const [mantissa, exponent] = decimalOf(amount)
    return createNumber(mantissa, exponent - 3)
  }
  return scale(amount, unit.toLowerCase() === 'm' ? 'm' : unit.toLowerCase(), unit)
}

function parseBytes(operands: Operands): Value {
  const [amount, unit] = readAmount(operands, {
    missing: 'no byte amount provided',
    malformed: 'could not parse byte amount to a number',
  })
  const lower = unit.toLowerCase()
  const bytes = scale(amount, lower.endsWith('b') ? lower.slice(0, -1) : lower, unit)
  return compareNumbers(bytes, 0) < 0 ? ceilNumber(bytes) : floorNumber(bytes)
}

/** Amounts with units: `m` alone is a thousandth and `M` a million; bytes know no thousandths. */
export const UNIT_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('units.parse', 'string -> number', parseUnits),
  defineBuiltin('units.parse_bytes', 'string -> number', parseBytes),
]
