import type { BuiltinContext } from '../../evaluate/builtin.ts'
import { BuiltinError } from '../../evaluate/builtin.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { operand, readString } from '../operand.ts'
import { type Base64Form, bytesOf, decodeBase64, encodeBase64, textOf } from './bytes.ts'

function charge(context: BuiltinContext, text: string): void {
  context.step(1 + (text.length >>> 4))
  context.memory(2 * text.length)
}

function encoder(name: string, form: Base64Form): TypedBuiltin {
  return defineBuiltin(name, 'string -> string', (operands, context) => {
    const text = readString(operands, 1)
    charge(context, text)
    return encodeBase64(bytesOf(text), form)
  })
}

/** Text of base64url with or without padding. */
export function decodeBase64UrlText(text: string): string {
  return textOf(decodeBase64(text.replace(/={1,2}$/, ''), { urlSafe: true, padded: false }))
}

/** Base64 in both alphabets. */
export const BASE64_BUILTINS: readonly TypedBuiltin[] = [
  encoder('base64.encode', {}),
  encoder('base64url.encode', { urlSafe: true }),
  encoder('base64url.encode_no_pad', { urlSafe: true, padded: false }),
  defineBuiltin('base64.decode', 'string -> string', (operands, context) => {
    const text = readString(operands, 1)
    charge(context, text)
    return textOf(decodeBase64(text))
  }),
  defineBuiltin('base64url.decode', 'string -> string', (operands, context) => {
    const text = readString(operands, 1)
    charge(context, text)
    return decodeBase64UrlText(text)
  }),
  defineBuiltin('base64.is_valid', 'string -> boolean', (operands, context) => {
    const text = operand(operands, 1)
    if (typeof text !== 'string') return false
    charge(context, text)
    try {
      decodeBase64(text)
      return true
    } catch (error) {
      if (error instanceof BuiltinError) return false
      throw error
    }
  }),
]
