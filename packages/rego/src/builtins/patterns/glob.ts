import { isArray, isSet } from '../../value/index.ts'
import { defineBuiltin, type Evaluate, type TypedBuiltin } from '../define.ts'
import { failure, itemError, type Operands, operand, operandError, readString } from '../operand.ts'
import { compilePattern, DOT_ALL, quotePattern } from './program.ts'

const META = /[*?\\[\]{}]/g

/** Characters that `*` and `?` stop at: those given, a dot where the list is empty, none for null. */
function readDelimiters(operands: Operands): string {
  const value = operand(operands, 2)
  if (value === null) return ''
  if (!isArray(value) && !isSet(value)) throw operandError(2, 'one of {array, null}', value)
  const delimiters = [...value].map((item) => {
    if (typeof item !== 'string') throw itemError(2, 'array', 'strings', item)
    if ([...item].length !== 1) throw failure('delimiters must be single characters')
    return item
  })
  return delimiters.length === 0 ? '.' : delimiters.join('')
}

/** Turns a glob into a pattern that matches the same texts. */
class GlobReader {
  private readonly glob: readonly string[]
  private readonly single: string
  private offset = 0

  constructor(glob: string, delimiters: string) {
    this.glob = [...glob]
    this.single = delimiters === '' ? '.' : `[^${[...delimiters].map(classCharacter).join('')}]`
  }

  pattern(): string {
    return `^(?:${this.sequence(0)})$`
  }

  /** Up to the end, or within alternatives up to the comma or brace that ends one. */
  private sequence(depth: number): string {
    if (depth > 32) throw failure('alternatives are nested too deeply')
    let pattern = ''
    while (this.offset < this.glob.length) {
      const character = this.glob[this.offset]!
      if (depth > 0 && (character === ',' || character === '}')) return pattern
      this.offset++
      pattern += this.piece(character, depth)
    }
    return pattern
  }

  private piece(character: string, depth: number): string {
    switch (character) {
      case '*': {
        const isSuper = this.glob[this.offset] === '*'
        while (this.glob[this.offset] === '*') this.offset++
        return isSuper ? '.*' : `${this.single}*`
      }
      case '?':
        return this.single
      case '[':
        return this.list()
      case '{':
        return this.alternatives(depth + 1)
      case '\\': {
        const escaped = this.glob[this.offset++]
        return quotePattern(escaped ?? '\\')
      }
      default:
        return quotePattern(character)
    }
  }

  private alternatives(depth: number): string {
    const options: string[] = []
    for (;;) {
      options.push(this.sequence(depth))
      const end = this.glob[this.offset++]
      if (end === '}') return `(?:${options.join('|')})`
      if (end === undefined) throw failure('unexpected end of input: alternatives have no closing brace')
    }
  }

  /** `[abc]` and `[a-z]`, with `!` in front for all other characters. */
  private list(): string {
    const negated = this.glob[this.offset] === '!'
    if (negated) this.offset++
    const characters: string[] = []
    let isRange = false
    for (let character = this.glob[this.offset++]; character !== ']'; character = this.glob[this.offset++]) {
      if (character === undefined) throw failure('unexpected end of input: a list has no closing bracket')
      if (character === '-' && characters.length === 1 && this.glob[this.offset + 1] === ']') isRange = true
      else characters.push(character === '\\' ? (this.glob[this.offset++] ?? '\\') : character)
    }
    if (characters.length === 0) throw failure('a list of characters is empty')
    const [low, high] = characters
    if (isRange && (high === undefined || high.codePointAt(0)! < low!.codePointAt(0)!)) {
      throw failure('a range of characters runs backwards')
    }
    const inside = characters.map(classCharacter).join(isRange ? '-' : '')
    return `[${negated ? '^' : ''}${inside}]`
  }
}

function classCharacter(character: string): string {
  return /[\\\]^[-]/.test(character) ? `\\${character}` : character
}

const matchGlob: Evaluate = (operands, context) => {
  const glob = readString(operands, 1)
  const delimiters = readDelimiters(operands)
  const text = readString(operands, 3)
  const key = `glob\0${delimiters}\0${glob}`
  let pattern = context.cache.get(key) as string | undefined
  if (pattern === undefined) {
    context.step(1 + glob.length)
    context.memory(8 * glob.length)
    pattern = new GlobReader(glob, delimiters).pattern()
    context.cache.set(key, pattern)
  }
  return compilePattern(pattern, context, DOT_ALL).test(text)
}

/** Globs: `*` within delimiters, `**` across them, `?`, lists, ranges and alternatives. */
export const GLOB_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('glob.match', 'string, null | array<string>, string -> boolean', matchGlob),
  defineBuiltin('glob.quote_meta', 'string -> string', (operands, context) => {
    const text = readString(operands, 1)
    context.step(1 + (text.length >>> 4))
    context.memory(2 * text.length)
    return text.replace(META, '\\$&')
  }),
]
