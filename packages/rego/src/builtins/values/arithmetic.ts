import {
  absoluteNumber,
  addNumbers,
  ceilNumber,
  divideNumbers,
  floorNumber,
  isInteger,
  isNumber,
  isSet,
  multiplyNumbers,
  type RegoNumber,
  remainderOfNumbers,
  roundNumber,
  subtractNumbers,
} from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { failure, operand, operandError, readNumber } from '../operand.ts'

const BINARY = 'number, number -> number'

function binary(name: string, apply: (a: RegoNumber, b: RegoNumber) => RegoNumber): TypedBuiltin {
  return defineBuiltin(name, BINARY, (operands) => apply(readNumber(operands, 1), readNumber(operands, 2)))
}

function unary(name: string, apply: (value: RegoNumber) => RegoNumber): TypedBuiltin {
  return defineBuiltin(name, 'number -> number', (operands) => apply(readNumber(operands, 1)))
}

function divide(a: RegoNumber, b: RegoNumber): RegoNumber {
  const quotient = divideNumbers(a, b)
  if (quotient === undefined) throw failure('divide by zero')
  return quotient
}

function divideForRest(a: RegoNumber, b: RegoNumber): RegoNumber {
  if (!isInteger(a) || !isInteger(b)) throw failure('modulo on floating-point number')
  if (b === 0) throw failure('modulo by zero')
  return remainderOfNumbers(a, b)
}

/** Subtracts numbers, and takes the members of one set from another. */
const MINUS: TypedBuiltin = defineBuiltin(
  'minus',
  'number | set<any>, number | set<any> -> number | set<any>',
  (operands, context) => {
    const a = operand(operands, 1)
    const b = operand(operands, 2)
    if (isNumber(a)) {
      if (!isNumber(b)) throw operandError(2, 'number', b)
      return subtractNumbers(a, b)
    }
    if (!isSet(a)) throw operandError(1, 'one of {number, set}', a)
    if (!isSet(b)) throw operandError(2, 'set', b)
    context.step(a.size)
    return a.difference(b)
  },
)

/** The arithmetic operators and the roundings. */
export const ARITHMETIC_BUILTINS: readonly TypedBuiltin[] = [
  binary('plus', addNumbers),
  MINUS,
  binary('mul', multiplyNumbers),
  binary('div', divide),
  binary('rem', divideForRest),
  unary('abs', absoluteNumber),
  unary('ceil', ceilNumber),
  unary('floor', floorNumber),
  unary('round', roundNumber),
]
