import type { BuiltinContext } from '../../evaluate/builtin.ts'
import type { Value } from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { type Operands, operandRuleError, readObject, readString, readStrings } from '../operand.ts'
import { chargeSearch, chargeText, reverseText } from './search.ts'

const TWO_STRINGS = 'string, string'

/** White space of Unicode as Go sees it, which JavaScript's `trim` differs from at U+FEFF and U+0085. */
const SPACE = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/

function one(name: string, change: (text: string) => string): TypedBuiltin {
  return defineBuiltin(name, 'string -> string', (operands, context) => {
    const text = readString(operands, 1)
    chargeText(context, text)
    context.memory(text.length)
    return change(text)
  })
}

function two(name: string, change: (text: string, other: string) => string): TypedBuiltin {
  return defineBuiltin(name, `${TWO_STRINGS} -> string`, (operands, context) => {
    const text = readString(operands, 1)
    const other = readString(operands, 2)
    chargeText(context, text, other)
    return change(text, other)
  })
}

/** Takes characters off either end as long as they belong to the cut. */
function trimWhere(text: string, isCut: (character: string) => boolean, left: boolean, right: boolean): string {
  let start = 0
  let end = text.length
  while (left && start < end) {
    const character = String.fromCodePoint(text.codePointAt(start)!)
    if (!isCut(character)) break
    start += character.length
  }
  while (right && end > start) {
    const wide = end - start >= 2 && text.codePointAt(end - 2)! > 0xffff
    const character = text.slice(end - (wide ? 2 : 1), end)
    if (!isCut(character)) break
    end -= character.length
  }
  return text.slice(start, end)
}

function trimCharacters(text: string, cutset: string, left: boolean, right: boolean): string {
  const cut = new Set(cutset)
  return trimWhere(text, (character) => cut.has(character), left, right)
}

function splitText(operands: Operands, context: BuiltinContext): Value {
  const text = readString(operands, 1)
  const delimiter = readString(operands, 2)
  chargeSearch(context, text, delimiter)
  const parts = delimiter === '' ? [...text] : text.split(delimiter)
  context.step(parts.length)
  context.memory(text.length + 16 * parts.length)
  return parts
}

function joinTexts(operands: Operands, context: BuiltinContext): Value {
  const delimiter = readString(operands, 1)
  const parts = readStrings(operands, 2)
  const size = parts.reduce((total, part) => total + part.length, delimiter.length * parts.length)
  context.step(parts.length + (size >>> 6))
  context.memory(size)
  return parts.join(delimiter)
}

/** Puts pieces together and charges each before it is taken. */
class TextSink {
  private readonly pieces: string[] = []
  private readonly context: BuiltinContext

  constructor(context: BuiltinContext) {
    this.context = context
  }

  write(piece: string): void {
    this.context.step(1 + (piece.length >>> 6))
    this.context.memory(piece.length)
    this.pieces.push(piece)
  }

  toString(): string {
    return this.pieces.join('')
  }
}

/** Replaces every part; an empty one stands before, between and after the characters. */
function replaceParts(text: string, part: string, replacement: string, context: BuiltinContext): string {
  const sink = new TextSink(context)
  const pieces = part === '' ? [...text] : text.split(part)
  if (part === '') sink.write(replacement)
  for (const [index, piece] of pieces.entries()) {
    sink.write(piece)
    if (part === '' || index < pieces.length - 1) sink.write(replacement)
  }
  return sink.toString()
}

/**
 * Replaces several parts in one pass: at each place the first pattern, in the order of the keys, that stands there.
 * Patterns are looked up by their first character.
 */
function replaceMany(operands: Operands, context: BuiltinContext): Value {
  const patterns = readObject(operands, 1)
  const byFirst = new Map<string, (readonly [string, string])[]>()
  let atEmpty: string | undefined
  let longest = 0
  for (const [key, value] of patterns.entries()) {
    if (typeof key !== 'string') throw operandRuleError(1, 'non-string key found in pattern object')
    if (typeof value !== 'string') throw operandRuleError(1, 'non-string value found in pattern object')
    const first = key.slice(0, 1)
    longest = Math.max(longest, key.length)
    if (first === '') atEmpty = value
    else byFirst.set(first, [...(byFirst.get(first) ?? []), [key, value]])
    context.step()
  }
  const text = readString(operands, 2)
  chargeText(context, text)
  if (byFirst.size === 0 && atEmpty === undefined) return text
  const sink = new TextSink(context)
  let copied = 0
  for (let at = 0; at <= text.length; ) {
    // An empty pattern stands at every place, before whatever else stands there.
    if (atEmpty !== undefined) {
      sink.write(text.slice(copied, at) + atEmpty)
      copied = at
    }
    const candidates = byFirst.get(text.charAt(at))
    const match = candidates?.find(([key]) => text.startsWith(key, at))
    if (candidates !== undefined) context.step(candidates.length * (1 + (longest >>> 5)))
    if (match === undefined) {
      at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
      continue
    }
    sink.write(text.slice(copied, at) + match[1])
    at += match[0].length
    copied = at
  }
  sink.write(text.slice(copied))
  return sink.toString()
}

/** Texts changed, cut, split and joined. */
export const CHANGE_BUILTINS: readonly TypedBuiltin[] = [
  one('lower', (text) => text.toLowerCase()),
  one('upper', (text) => text.toUpperCase()),
  one('strings.reverse', reverseText),
  one('trim_space', (text) => trimWhere(text, (character) => SPACE.test(character), true, true)),
  two('trim', (text, cutset) => trimCharacters(text, cutset, true, true)),
  two('trim_left', (text, cutset) => trimCharacters(text, cutset, true, false)),
  two('trim_right', (text, cutset) => trimCharacters(text, cutset, false, true)),
  two('trim_prefix', (text, prefix) => (text.startsWith(prefix) ? text.slice(prefix.length) : text)),
  two('trim_suffix', (text, suffix) => (text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text)),
  defineBuiltin('split', `${TWO_STRINGS} -> array<string>`, splitText),
  defineBuiltin('concat', 'string, array<string> | set<string> -> string', joinTexts),
  defineBuiltin('replace', 'string, string, string -> string', (operands, context) => {
    const text = readString(operands, 1)
    const part = readString(operands, 2)
    const replacement = readString(operands, 3)
    chargeSearch(context, text, part)
    chargeText(context, replacement)
    return replaceParts(text, part, replacement, context)
  }),
  defineBuiltin('strings.replace_n', 'object<string: string>, string -> string', replaceMany),
]
