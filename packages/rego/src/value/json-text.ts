import { RegoError } from '../errors.ts'
import { MAX_VALUE_DEPTH } from './json.ts'
import { parseNumber } from './number/exact-number.ts'
import { ObjectBuilder } from './object.ts'
import type { Value } from './value.ts'

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const SPACE = /[ \t\r\n]*/y

/** Reads JSON text with numbers kept exactly. Throws REGO_VALUE_INVALID with the offset, REGO_LIMIT_DEPTH when too deep. */
export function valueFromJsonText(text: string, maxDepth: number = MAX_VALUE_DEPTH): Value {
  const reader = new JsonTextReader(text, maxDepth)
  const value = reader.value(0)
  reader.space()
  if (reader.offset !== text.length) throw reader.error('text after the value')
  return value
}

class JsonTextReader {
  offset = 0
  private readonly text: string
  private readonly maxDepth: number

  constructor(text: string, maxDepth: number) {
    this.text = text
    this.maxDepth = maxDepth
  }

  space(): void {
    this.match(SPACE)
  }

  value(depth: number): Value {
    if (depth > this.maxDepth) throw new RegoError('REGO_LIMIT_DEPTH', `JSON is nested deeper than ${this.maxDepth}`)
    this.space()
    switch (this.text[this.offset]) {
      case '{':
        return this.object(depth)
      case '[':
        return this.array(depth)
      case '"':
        return this.string()
      case 't':
        return this.word('true', true)
      case 'f':
        return this.word('false', false)
      case 'n':
        return this.word('null', null)
      default:
        return this.number()
    }
  }

  error(problem: string): RegoError {
    return new RegoError('REGO_VALUE_INVALID', `JSON offset ${this.offset}: ${problem}`)
  }

  private object(depth: number): Value {
    const members = new ObjectBuilder()
    this.offset++
    if (this.take('}')) return members.build()
    do {
      this.space()
      const name = this.string()
      if (!this.take(':')) throw this.error('expected a colon')
      members.set(name, this.value(depth + 1))
    } while (this.take(','))
    if (!this.take('}')) throw this.error('expected a comma or a closing brace')
    return members.build()
  }

  private array(depth: number): Value {
    const items: Value[] = []
    this.offset++
    if (this.take(']')) return items
    do items.push(this.value(depth + 1))
    while (this.take(','))
    if (!this.take(']')) throw this.error('expected a comma or a closing bracket')
    return items
  }

  private string(): string {
    const end = this.endOfString()
    if (end < 0) throw this.error('expected a string')
    try {
      const text = JSON.parse(this.text.slice(this.offset, end)) as string
      this.offset = end
      return text
    } catch {
      throw this.error('invalid character or escape in a string')
    }
  }

  /** Where the string that begins here ends: behind the first quotation mark without an odd number of backslashes. */
  private endOfString(): number {
    if (this.text[this.offset] !== '"') return -1
    for (let end = this.text.indexOf('"', this.offset + 1); end >= 0; end = this.text.indexOf('"', end + 1)) {
      let slashes = 0
      while (this.text[end - 1 - slashes] === '\\') slashes++
      if (slashes % 2 === 0) return end + 1
    }
    return -1
  }

  private number(): Value {
    const text = this.match(NUMBER)
    const value = text === undefined ? undefined : parseNumber(text)
    if (value === undefined) throw this.error('expected a value')
    return value
  }

  private word<T extends Value>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.offset)) throw this.error('expected a value')
    this.offset += word.length
    return value
  }

  private take(mark: string): boolean {
    this.space()
    if (this.text[this.offset] !== mark) return false
    this.offset++
    return true
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.offset
    const text = pattern.exec(this.text)?.[0]
    if (text !== undefined) this.offset += text.length
    return text
  }
}
