/**
 * Reads the JSON of Intel's signed documents. Stricter and slower to trust than a general parser: integers keep their
 * spelling (4.0 is not 4), a member named twice is refused, depth and size are bounded.
 */

/** A JSON value; a number that is not spelled as a plain integer is kept as its text. */
export type JsonValue = null | boolean | number | string | JsonReal | readonly JsonValue[] | JsonObject
export type JsonObject = ReadonlyMap<string, JsonValue>

/** A number spelled with a fraction, an exponent, a minus sign before zero, or beyond safe integers. */
export interface JsonReal {
  readonly real: string
}

/** Limits of {@link parseDocument}. */
export interface DocumentLimits {
  readonly maxLength: number
  /** A container that is not empty may not be nested deeper; the document itself has depth 1. */
  readonly maxDepth: number
  /** `reject` refuses a member named twice; `first` lets the first count. */
  readonly duplicates: 'reject' | 'first'
}

/** Thrown inside this folder only; callers turn it into the error of their document. */
export class DocumentSyntaxError extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y
const LONE_SURROGATE = /\p{Surrogate}/u
const PLAIN = /[^"\\\u0000-\u001f]*/y

/** Parses one JSON document. Throws {@link DocumentSyntaxError}. */
export function parseDocument(text: string, limits: DocumentLimits): JsonValue {
  if (text.length > limits.maxLength) throw new DocumentSyntaxError('the document is too long', limits.maxLength)
  const reader = new DocumentReader(text, limits)
  const value = reader.value(1)
  reader.end()
  return value
}

class DocumentReader {
  readonly #text: string
  readonly #limits: DocumentLimits
  #at = 0

  constructor(text: string, limits: DocumentLimits) {
    this.#text = text
    this.#limits = limits
  }

  end(): void {
    this.#space()
    if (this.#at !== this.#text.length) throw this.#error('unexpected text after the document')
  }

  value(depth: number): JsonValue {
    this.#space()
    const char = this.#text.charCodeAt(this.#at)
    if (char === 0x7b) return this.#object(depth)
    if (char === 0x5b) return this.#array(depth)
    if (char === 0x22) return this.#string()
    if (char === 0x2d || (char >= 0x30 && char <= 0x39)) return this.#number()
    if (this.#word('true')) return true
    if (this.#word('false')) return false
    if (this.#word('null')) return null
    throw this.#error('a value is expected')
  }

  #object(depth: number): JsonObject {
    this.#at++
    const members = new Map<string, JsonValue>()
    this.#space()
    if (this.#accept(0x7d)) return members
    this.#enter(depth)
    do {
      this.#space()
      if (this.#text.charCodeAt(this.#at) !== 0x22) throw this.#error('a member name is expected')
      const name = this.#string()
      this.#space()
      if (!this.#accept(0x3a)) throw this.#error('a colon is expected')
      const value = this.value(depth + 1)
      if (!members.has(name)) members.set(name, value)
      else if (this.#limits.duplicates === 'reject') throw this.#error(`the member ${name} occurs twice`)
      this.#space()
    } while (this.#accept(0x2c))
    if (!this.#accept(0x7d)) throw this.#error('a comma or the end of the object is expected')
    return members
  }

  #array(depth: number): readonly JsonValue[] {
    this.#at++
    const items: JsonValue[] = []
    this.#space()
    if (this.#accept(0x5d)) return items
    this.#enter(depth)
    do {
      items.push(this.value(depth + 1))
      this.#space()
    } while (this.#accept(0x2c))
    if (!this.#accept(0x5d)) throw this.#error('a comma or the end of the array is expected')
    return items
  }

  #string(): string {
    const start = this.#at++
    for (let plain = true; ; ) {
      PLAIN.lastIndex = this.#at
      PLAIN.test(this.#text)
      this.#at = PLAIN.lastIndex
      const char = this.#text.charCodeAt(this.#at)
      if (char === 0x22) {
        this.#at++
        if (plain) return this.#text.slice(start + 1, this.#at - 1)
        return this.#unescape(start)
      }
      if (char !== 0x5c) throw this.#error('a string is not closed or holds a control character')
      plain = false
      this.#at += 2
    }
  }

  #unescape(start: number): string {
    const token = this.#text.slice(start, this.#at)
    this.#at = start
    let text: string
    try {
      text = JSON.parse(token) as string
    } catch {
      throw this.#error('a string has an unknown escape')
    }
    if (LONE_SURROGATE.test(text)) throw this.#error('a string holds half a character')
    this.#at += token.length
    return text
  }

  #number(): number | JsonReal {
    NUMBER.lastIndex = this.#at
    const match = NUMBER.exec(this.#text)
    if (match === null) throw this.#error('a number is malformed')
    this.#at = NUMBER.lastIndex
    const next = this.#text.charCodeAt(this.#at)
    if (next >= 0x30 && next <= 0x39) throw this.#error('a number has a leading zero')
    const value = Number(match[0])
    if (!Number.isFinite(value)) throw this.#error('a number is too large')
    const plain = match[1] === undefined && match[2] === undefined && match[0] !== '-0'
    return plain && Number.isSafeInteger(value) ? value : { real: match[0] }
  }

  #enter(depth: number): void {
    if (depth > this.#limits.maxDepth) throw this.#error('the document is nested too deeply')
  }

  #space(): void {
    for (;;) {
      const char = this.#text.charCodeAt(this.#at)
      if (char !== 0x20 && char !== 0x0a && char !== 0x0d && char !== 0x09) return
      this.#at++
    }
  }

  #accept(char: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== char) return false
    this.#at++
    return true
  }

  #word(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false
    this.#at += word.length
    return true
  }

  #error(message: string): DocumentSyntaxError {
    return new DocumentSyntaxError(message, this.#at)
  }
}
