import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { readArray, readString } from '../operand.ts'
import { argumentOf } from './argument.ts'
import { formatText } from './printf.ts'

/** `sprintf`, with the verbs, flags and notes about mistakes of Go's fmt package. */
export const FORMAT_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('sprintf', 'string, array<any> -> string', (operands, context) => {
    const format = readString(operands, 1)
    const values = readArray(operands, 2)
    context.step(1 + values.length + (format.length >>> 4))
    return formatText(format, values.map(argumentOf), (size) => {
      context.memory(size)
      context.step(1 + (size >>> 6))
    })
  }),
]
