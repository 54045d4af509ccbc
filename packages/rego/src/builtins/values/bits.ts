import { createNumber } from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { type Operands, operandRuleError, readInteger } from '../operand.ts'

/** Beyond this a shifted number has more digits than a number may have. */
const MAX_SHIFT = 1n << 15n

function binary(name: string, apply: (a: bigint, b: bigint) => bigint): TypedBuiltin {
  return defineBuiltin(name, 'number, number -> number', (operands) =>
    createNumber(apply(readInteger(operands, 1), readInteger(operands, 2))),
  )
}

function readShift(operands: Operands): bigint {
  const shift = readInteger(operands, 2)
  if (shift < 0n) throw operandRuleError(2, 'must be an unsigned integer number but got a negative integer')
  return shift > MAX_SHIFT ? MAX_SHIFT : shift
}

/** Bitwise functions of whole numbers of any size, negative ones in two's complement. */
export const BITS_BUILTINS: readonly TypedBuiltin[] = [
  binary('bits.and', (a, b) => a & b),
  binary('bits.or', (a, b) => a | b),
  binary('bits.xor', (a, b) => a ^ b),
  defineBuiltin('bits.negate', 'number -> number', (operands) => createNumber(~readInteger(operands, 1))),
  defineBuiltin('bits.lsh', 'number, number -> number', (operands) => {
    const value = readInteger(operands, 1)
    return createNumber(value << readShift(operands))
  }),
  defineBuiltin('bits.rsh', 'number, number -> number', (operands) => {
    const value = readInteger(operands, 1)
    return createNumber(value >> readShift(operands))
  }),
]
