import type { BuiltinContext } from '../../evaluate/builtin.ts'
import { isArray, isSet, ObjectBuilder, type Value } from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { failure, type Operands, operandRuleError, readObject, readString } from '../operand.ts'
import { bytesOf, textOf } from './bytes.ts'

const PLAIN = /^[A-Za-z0-9\-_.~]$/

function encodeQuery(text: string): string {
  const pieces: string[] = []
  for (const byte of bytesOf(text)) {
    const character = String.fromCharCode(byte)
    if (PLAIN.test(character)) pieces.push(character)
    else if (byte === 0x20) pieces.push('+')
    else pieces.push(`%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
  }
  return pieces.join('')
}

function decodeQuery(text: string): string {
  const output: number[] = []
  const input = bytesOf(text)
  for (let at = 0; at < input.length; at++) {
    const byte = input[at]!
    if (byte === 0x2b) output.push(0x20)
    else if (byte !== 0x25) output.push(byte)
    else {
      const escaped = textOf(input.subarray(at, at + 3))
      if (!/^%[0-9a-fA-F]{2}$/.test(escaped)) throw failure(`invalid URL escape ${JSON.stringify(escaped)}`)
      output.push(Number.parseInt(escaped.slice(1), 16))
      at += 2
    }
  }
  return textOf(Uint8Array.from(output))
}

function charge(context: BuiltinContext, size: number): void {
  context.step(1 + (size >>> 4))
  context.memory(3 * size)
}

/** The strings that one member stands for: itself, or each of an array or a set. */
function valuesOf(value: Value): readonly string[] {
  if (typeof value === 'string') return [value]
  if (!isArray(value) && !isSet(value))
    throw operandRuleError(1, 'values must be string, array[string], or set[string]')
  return [...value].map((item) => {
    if (typeof item !== 'string') throw operandRuleError(1, 'values must be string, array[string], or set[string]')
    return item
  })
}

function encodeMembers(operands: Operands, context: BuiltinContext): Value {
  const pairs: string[] = []
  for (const [key, value] of readObject(operands, 1).entries()) {
    if (typeof key !== 'string') throw operandRuleError(1, 'keys must be strings')
    const name = encodeQuery(key)
    for (const item of valuesOf(value)) {
      charge(context, key.length + item.length + 2)
      pairs.push(`${name}=${encodeQuery(item)}`)
    }
  }
  return pairs.join('&')
}

function decodeMembers(operands: Operands, context: BuiltinContext): Value {
  const text = readString(operands, 1)
  charge(context, text.length)
  const members = new Map<string, string[]>()
  for (const pair of text.split('&')) {
    if (pair === '') continue
    if (pair.includes(';')) throw failure('invalid semicolon separator in query')
    context.memory(64)
    const equals = pair.indexOf('=')
    const key = decodeQuery(equals < 0 ? pair : pair.slice(0, equals))
    const value = equals < 0 ? '' : decodeQuery(pair.slice(equals + 1))
    const values = members.get(key)
    if (values === undefined) members.set(key, [value])
    else values.push(value)
  }
  const object = new ObjectBuilder()
  for (const [key, values] of members) object.set(key, values)
  return object.build()
}

function change(name: string, apply: (text: string) => string): TypedBuiltin {
  return defineBuiltin(name, 'string -> string', (operands, context) => {
    const text = readString(operands, 1)
    charge(context, text.length)
    return apply(text)
  })
}

/** Query parts of URLs, a space as `+`. */
export const URLQUERY_BUILTINS: readonly TypedBuiltin[] = [
  change('urlquery.encode', encodeQuery),
  change('urlquery.decode', decodeQuery),
  defineBuiltin(
    'urlquery.encode_object',
    'object<string: string | array<string> | set<string>> -> string',
    encodeMembers,
  ),
  defineBuiltin('urlquery.decode_object', 'string -> object<string: array<string>>', decodeMembers),
]
