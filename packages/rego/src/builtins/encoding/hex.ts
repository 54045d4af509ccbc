import { encodeHex } from '@veritee/codec/bytes'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { isPrintable } from '../format/quote.ts'
import { failure, readString } from '../operand.ts'
import { bytesOf, textOf } from './bytes.ts'

function digitOf(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const letter = byte | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}

function decodeHex(text: string): Uint8Array {
  const input = bytesOf(text)
  const output = new Uint8Array(input.length >> 1)
  for (let at = 0; at < input.length; at++) {
    const digit = digitOf(input[at]!)
    if (digit < 0) {
      const code = input[at]!
      const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
      const shown = isPrintable(code) ? ` '${String.fromCodePoint(code)}'` : ''
      throw failure(`encoding/hex: invalid byte: ${name}${shown}`)
    }
    if (at >> 1 < output.length) output[at >> 1] = (output[at >> 1]! << 4) | digit
  }
  if (input.length % 2 === 1) throw failure('encoding/hex: odd length hex string')
  return output
}

/** Hexadecimal digits of a text's UTF-8 bytes, and back. */
export const HEX_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('hex.encode', 'string -> string', (operands, context) => {
    const text = readString(operands, 1)
    context.step(1 + (text.length >>> 4))
    context.memory(2 * text.length)
    return encodeHex(bytesOf(text))
  }),
  defineBuiltin('hex.decode', 'string -> string', (operands, context) => {
    const text = readString(operands, 1)
    context.step(1 + (text.length >>> 4))
    context.memory(text.length)
    return textOf(decodeHex(text))
  }),
]
