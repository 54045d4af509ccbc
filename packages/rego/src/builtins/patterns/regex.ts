import { type BuiltinContext, BuiltinError } from '../../evaluate/builtin.ts'
import type { Value } from '../../value/index.ts'
import { defineBuiltin, type Evaluate, type TypedBuiltin } from '../define.ts'
import { type Operands, operand, readCount, readString } from '../operand.ts'
import { compilePattern, type Match, type PatternProgram } from './program.ts'

const match: Evaluate = (operands, context) => {
  const program = compilePattern(readString(operands, 1), context)
  return program.test(readString(operands, 2))
}

/** Reads the count of a `_n` function; a negative one is no limit. */
function readLimit(operands: Operands, position: number): number {
  const limit = readCount(operands, position)
  return limit < 0 ? Number.POSITIVE_INFINITY : limit
}

function listMatches(operands: Operands, context: BuiltinContext, pick: (text: string, match: Match) => Value): Value {
  const program = compilePattern(readString(operands, 1), context)
  const text = readString(operands, 2)
  const found: Value[] = []
  for (const match of program.matchesIn(text, readLimit(operands, 3))) {
    context.memory(32 + 16 * match.groups.length)
    found.push(pick(text, match))
  }
  return found
}

function submatches(text: string, { start, end, groups }: Match): Value {
  return [text.slice(start, end), ...groups.map((group) => (group === undefined ? '' : text.slice(...group)))]
}

const split: Evaluate = (operands, context) => {
  const program = compilePattern(readString(operands, 1), context)
  const text = readString(operands, 2)
  if (text === '') return ['']
  const parts: string[] = []
  let begin = 0
  let last = 0
  for (const { start, end } of program.matchesIn(text)) {
    context.memory(32)
    last = start
    if (end !== 0) parts.push(text.slice(begin, start))
    begin = end
  }
  if (last !== text.length) parts.push(text.slice(begin))
  return parts
}

const REFERENCE = /\$(?:\$|([0-9A-Za-z_]+)|\{([0-9A-Za-z_]+)\})/g

/** The replacement with `$1`, `${1}`, `$name` and `$$` filled in; a group that is not there is empty. */
function expand(template: string, text: string, match: Match, program: PatternProgram): string {
  return template.replace(REFERENCE, (whole, plain: string | undefined, braced: string | undefined) => {
    if (whole === '$$') return '$'
    const name = plain ?? braced!
    const number = /^\d+$/.test(name) ? Number(name) : program.groupNames[name]
    if (number === 0) return text.slice(match.start, match.end)
    const group = number === undefined ? undefined : match.groups[number - 1]
    return group === undefined ? '' : text.slice(...group)
  })
}

const replace: Evaluate = (operands, context) => {
  const text = readString(operands, 1)
  const program = compilePattern(readString(operands, 2), context)
  const template = readString(operands, 3)
  const pieces: string[] = []
  let copied = 0
  for (const match of program.matchesIn(text)) {
    context.step(1 + (template.length >>> 4))
    const piece = text.slice(copied, match.start) + expand(template, text, match, program)
    context.memory(16 + piece.length)
    pieces.push(piece)
    copied = match.end
  }
  context.memory(text.length)
  return pieces.join('') + text.slice(copied)
}

/** Regular expressions in RE2's syntax, which match in linear time. */
export const REGEX_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('regex.match', 'string, string -> boolean', match),
  defineBuiltin('re_match', 'string, string -> boolean', match),
  defineBuiltin('regex.is_valid', 'string -> boolean', (operands, context) => {
    const pattern = operand(operands, 1)
    if (typeof pattern !== 'string') return false
    try {
      compilePattern(pattern, context)
      return true
    } catch (error) {
      if (error instanceof BuiltinError) return false
      throw error
    }
  }),
  defineBuiltin('regex.find_n', 'string, string, number -> array<string>', (operands, context) =>
    listMatches(operands, context, (text, { start, end }) => text.slice(start, end)),
  ),
  defineBuiltin(
    'regex.find_all_string_submatch_n',
    'string, string, number -> array<array<string>>',
    (operands, context) => listMatches(operands, context, submatches),
  ),
  defineBuiltin('regex.split', 'string, string -> array<string>', split),
  defineBuiltin('regex.replace', 'string, string, string -> string', replace),
]
