import type { BuiltinContext } from '../../evaluate/builtin.ts'
import { type RegoArray, typeNameOf, type Value } from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { failure, type Operands, operand, operandError, readCount, readString, readStrings } from '../operand.ts'
import { characterOffset, splitCharacters } from './characters.ts'

const TWO_STRINGS = 'string, string'
const MANY_STRINGS = 'string | array<string> | set<string>'

/** Charges the reading of a text. */
export function chargeText(context: BuiltinContext, ...texts: readonly string[]): void {
  for (const text of texts) context.step(1 + (text.length >>> 6))
}

/** Charges the search of a part in a text, which at its worst compares the part at every place. */
export function chargeSearch(context: BuiltinContext, text: string, part: string): void {
  chargeText(context, text, part)
  context.step(Math.floor((text.length * part.length) / 16_384))
}

function test(name: string, holds: (text: string, part: string) => boolean): TypedBuiltin {
  return defineBuiltin(name, `${TWO_STRINGS} -> boolean`, (operands, context) => {
    const text = readString(operands, 1)
    const part = readString(operands, 2)
    chargeSearch(context, text, part)
    return holds(text, part)
  })
}

function readSearch(operands: Operands, context: BuiltinContext): [text: string, part: string] {
  const text = readString(operands, 1)
  const part = readString(operands, 2)
  chargeSearch(context, text, part)
  if (part === '') throw failure('empty search character')
  return [text, part]
}

function findFirst(operands: Operands, context: BuiltinContext): Value {
  const [text, part] = readSearch(operands, context)
  const offset = text.indexOf(part)
  return offset < 0 ? -1 : characterOffset(text, offset)
}

/** Every offset, overlapping ones too. */
function findEach(operands: Operands, context: BuiltinContext): Value {
  const [text, part] = readSearch(operands, context)
  const offsets: number[] = []
  let characters = 0
  let counted = 0
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    context.step(1 + (part.length >>> 6))
    context.memory(16)
    characters += characterOffset(text.slice(counted, at), at - counted)
    counted = at
    offsets.push(characters)
  }
  return offsets
}

function countParts(operands: Operands, context: BuiltinContext): Value {
  const text = readString(operands, 1)
  const part = readString(operands, 2)
  chargeSearch(context, text, part)
  if (part === '') return characterOffset(text, text.length) + 1
  let count = 0
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count++
  return count
}

function cutPart(operands: Operands, context: BuiltinContext): Value {
  const text = readString(operands, 1)
  const start = readCount(operands, 2)
  const length = readCount(operands, 3)
  chargeText(context, text)
  if (start < 0) throw failure('negative offset')
  const characters = splitCharacters(text)
  const end = length < 0 ? undefined : start + length
  return characters === undefined ? text.slice(start, end) : characters.slice(start, end).join('')
}

/** One string, or the strings of an array or a set. */
function readOneOrMany(operands: Operands, position: number): readonly string[] {
  const value = operand(operands, position)
  if (typeof value === 'string') return [value]
  const type = typeNameOf(value)
  if (type !== 'array' && type !== 'set') throw operandError(position, 'one of {string, set, array}', value)
  return readStrings(operands, position)
}

/** Whether any text starts with any prefix: one pass over the sorted texts and the sorted prefixes. */
function anyPrefix(texts: readonly string[], prefixes: readonly string[], context: BuiltinContext): boolean {
  chargeText(context, ...texts, ...prefixes)
  const sortedTexts = texts.toSorted()
  const sortedPrefixes = prefixes.toSorted()
  let next = 0
  for (const prefix of sortedPrefixes) {
    context.step()
    while (next < sortedTexts.length && sortedTexts[next]! < prefix) next++
    if (sortedTexts[next]?.startsWith(prefix)) return true
  }
  return false
}

/** A text with its characters in the opposite order. */
export function reverseText(text: string): string {
  return (splitCharacters(text) ?? text.split('')).toReversed().join('')
}

function reversed(texts: readonly string[]): RegoArray & readonly string[] {
  return texts.map(reverseText)
}

/** What is found in texts, and where. Offsets count code points. */
export const SEARCH_BUILTINS: readonly TypedBuiltin[] = [
  test('contains', (text, part) => text.includes(part)),
  test('startswith', (text, part) => text.startsWith(part)),
  test('endswith', (text, part) => text.endsWith(part)),
  defineBuiltin('indexof', `${TWO_STRINGS} -> number`, findFirst),
  defineBuiltin('indexof_n', `${TWO_STRINGS} -> array<number>`, findEach),
  defineBuiltin('strings.count', `${TWO_STRINGS} -> number`, countParts),
  defineBuiltin('substring', 'string, number, number -> string', cutPart),
  defineBuiltin('strings.any_prefix_match', `${MANY_STRINGS}, ${MANY_STRINGS} -> boolean`, (operands, context) =>
    anyPrefix(readOneOrMany(operands, 1), readOneOrMany(operands, 2), context),
  ),
  defineBuiltin('strings.any_suffix_match', `${MANY_STRINGS}, ${MANY_STRINGS} -> boolean`, (operands, context) =>
    anyPrefix(reversed(readOneOrMany(operands, 1)), reversed(readOneOrMany(operands, 2)), context),
  ),
]
