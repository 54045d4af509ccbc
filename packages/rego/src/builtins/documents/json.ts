import { RegoError } from '../../errors.ts'
import type { BuiltinContext } from '../../evaluate/builtin.ts'
import {
  isArray,
  isObject,
  isSet,
  jsonText,
  stringText,
  termText,
  type Value,
  valueFromJsonText,
} from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { failure, type Operands, operand, operandRuleError, readObject, readString } from '../operand.ts'

/** Reads JSON text for a built-in: what is malformed fails, what is too deep keeps its own code. */
export function parseJsonValue(text: string, context: BuiltinContext): Value {
  context.step(1 + (text.length >>> 3))
  context.memory(2 * text.length)
  try {
    return valueFromJsonText(text)
  } catch (error) {
    if (isMalformed(error)) throw failure(error.message)
    throw error
  }
}

/** What is wrong with the text itself; a number of too many digits is, too deep a nesting is not. */
function isMalformed(error: unknown): error is RegoError {
  return error instanceof RegoError && (error.code === 'REGO_VALUE_INVALID' || error.code === 'REGO_LIMIT_SIZE')
}

/** Charges the text of a value before it is made. */
export function chargeTree(value: Value, context: BuiltinContext, perDepth = 0): void {
  const open: { readonly value: Value; readonly depth: number }[] = [{ value, depth: 0 }]
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    context.step()
    context.memory(8 + perDepth * item.depth + (typeof item.value === 'string' ? item.value.length : 0))
    const parts = isArray(item.value) ? item.value : isSet(item.value) ? [...item.value.unordered()] : undefined
    const depth = item.depth + 1
    if (parts !== undefined) for (const part of parts) open.push({ value: part, depth })
    else if (isObject(item.value)) {
      for (const [key, part] of item.value.unorderedEntries()) open.push({ value: key, depth }, { value: part, depth })
    }
  }
}

/** Characters that stand escaped, so that the text may be put into HTML and scripts. */
const ESCAPED = /[<>&\u2028\u2029]/g

/** JSON text as Go writes it: compact, members in the order of their keys, escaped where HTML would notice. */
export function marshalValue(value: Value, context: BuiltinContext): string {
  chargeTree(value, context)
  return escapeText(jsonText(value))
}

/** Escapes whole JSON text: outside of strings it has none of these characters. */
function escapeText(text: string): string {
  return text.replace(ESCAPED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Text over several lines; `line` stands at the front of each but the first. */
function indentedText(value: Value, indent: string, line: string): string {
  const inner = line + indent
  if (isArray(value) || isSet(value)) {
    const items = [...value].map((item) => inner + indentedText(item, indent, inner))
    return items.length === 0 ? '[]' : `[\n${items.join(',\n')}\n${line}]`
  }
  if (!isObject(value)) return escapeText(jsonText(value))
  const members = [...value.entries()].map(
    ([key, item]) =>
      `${inner}${escapeText(stringText(typeof key === 'string' ? key : termText(key)))}: ${indentedText(item, indent, inner)}`,
  )
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${line}}`
}

function marshalWithOptions(operands: Operands, context: BuiltinContext): Value {
  const value = operand(operands, 1)
  const options = readObject(operands, 2)
  let pretty: boolean | undefined
  let prefix = ''
  let indent = '\t'
  for (const [key, option] of options.entries()) {
    if (key === 'pretty' && typeof option === 'boolean') pretty = option
    else if (key === 'prefix' && typeof option === 'string') prefix = option
    else if (key === 'indent' && typeof option === 'string') indent = option
    else if (key === 'pretty' || key === 'prefix' || key === 'indent') {
      throw operandRuleError(2, `key ${termText(key)} failed cast to ${key === 'pretty' ? 'bool' : 'string'}`)
    } else throw operandRuleError(2, `object contained unknown key ${termText(key)}`)
  }
  chargeTree(value, context, indent.length + prefix.length)
  if (!(pretty ?? options.size > 0)) return escapeText(jsonText(value))
  return prefix + indentedText(value, indent, prefix)
}

/** JSON texts of values and back; numbers keep every digit. */
export const JSON_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('json.marshal', 'any -> string', (operands, context) => marshalValue(operand(operands, 1), context)),
  defineBuiltin('json.marshal_with_options', 'any, object<string: any> -> string', marshalWithOptions),
  defineBuiltin('json.unmarshal', 'string -> any', (operands, context) =>
    parseJsonValue(readString(operands, 1), context),
  ),
  defineBuiltin('json.is_valid', 'string -> boolean', (operands, context) => {
    const text = operand(operands, 1)
    if (typeof text !== 'string') return false
    context.step(1 + (text.length >>> 3))
    try {
      valueFromJsonText(text)
      return true
    } catch (error) {
      if (isMalformed(error)) return false
      throw error
    }
  }),
]
