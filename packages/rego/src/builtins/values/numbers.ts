import type { BuiltinContext } from '../../evaluate/builtin.ts'
import {
  ceilNumber,
  compareNumbers,
  createNumber,
  decimalOf,
  floorNumber,
  integerOf,
  type Value,
} from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { failure, type Operands, operandRuleError, readInteger, readNumber, readString } from '../operand.ts'

const BASES: ReadonlySet<bigint> = new Set([2n, 8n, 10n, 16n])

/** From `first` to `last`, both included when the step meets them, upwards or downwards. */
function listNumbers(first: bigint, last: bigint, step: bigint, context: BuiltinContext): Value {
  const distance = first <= last ? last - first : first - last
  const count = distance / step + 1n
  // Numbers beyond this are refused by the limits anyway; the charge must stay a finite double.
  const size = count > 1n << 50n ? 2 ** 50 : Number(count)
  context.memory(16 * size)
  context.step(size)
  const numbers: Value[] = []
  const stride = first <= last ? step : -step
  for (let i = 0n, value = first; i < count; i++, value += stride) numbers.push(createNumber(value))
  return numbers
}

function formatInteger(operands: Operands): Value {
  const number = readNumber(operands, 1)
  const base = integerOf(readNumber(operands, 2))
  if (base === undefined || !BASES.has(base)) throw operandRuleError(2, 'must be one of {2, 8, 10, 16}')
  const [mantissa] = decimalOf(number)
  const whole = compareNumbers(number, 0) < 0 ? ceilNumber(number) : floorNumber(number)
  const text = integerOf(whole)!.toString(Number(base))
  // A negative fraction truncates to zero and keeps no sign.
  return mantissa < 0n && text === '0' ? '0' : text
}

function pickNumber(operands: Operands, context: BuiltinContext): Value {
  const name = readString(operands, 1)
  const asked = readInteger(operands, 2)
  const bound = asked < 0n ? -asked : asked
  if (bound === 0n) return 0
  const key = `rand.intn\0${bound}\0${name}`
  let value = context.cache.get(key) as bigint | undefined
  if (value === undefined) {
    // Eight bytes beyond the bound's own keep the remainder's bias below 2^-64.
    const bytes = context.randomBytes(Math.ceil(bound.toString(16).length / 2) + 8)
    value = 0n
    for (const byte of bytes) value = (value << 8n) | BigInt(byte)
    value %= bound
    context.cache.set(key, value)
  }
  return createNumber(value)
}

/** Ranges, random numbers (one for each name and bound in a query), and integers as text. */
export const NUMBER_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('numbers.range', 'number, number -> array<number>', (operands, context) =>
    listNumbers(readInteger(operands, 1), readInteger(operands, 2), 1n, context),
  ),
  defineBuiltin('numbers.range_step', 'number, number, number -> array<number>', (operands, context) => {
    const first = readInteger(operands, 1)
    const last = readInteger(operands, 2)
    const step = readInteger(operands, 3)
    if (step <= 0n) throw failure('step must be a positive integer')
    return listNumbers(first, last, step, context)
  }),
  defineBuiltin('rand.intn', 'string, number -> number', pickNumber, { nondeterministic: true }),
  defineBuiltin('format_int', 'number, number -> string', formatInteger),
]
