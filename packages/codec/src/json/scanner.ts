import { LONE_SURROGATE } from '../bytes/text.ts'
import { CodecError, type CodecErrorCode } from '../errors.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

const MOST_SMALL_DIGITS = 9

/** Reads the tokens of RFC 8259 one by one; knows nothing of nesting. */
export class JsonScanner {
  readonly text: string
  readonly bigints: boolean
  offset = 0

  constructor(text: string, bigints: boolean) {
    this.text = text
    this.bigints = bigints
  }

  /** Skips white space and returns the code of the next character, or −1 at the end. */
  next(): number {
    for (;;) {
      const code = this.text.charCodeAt(this.offset)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return Number.isNaN(code) ? -1 : code
      this.offset++
    }
  }

  /** A string, number or literal; its first character is at the offset. */
  scalar(): unknown {
    switch (this.text.charCodeAt(this.offset)) {
      case 0x22:
        return this.string()
      case 0x74:
        return this.#literal('true', true)
      case 0x66:
        return this.#literal('false', false)
      case 0x6e:
        return this.#literal('null', null)
      default:
        return this.#number()
    }
  }

  string(): string {
    const { text } = this
    const start = this.offset + 1
    let at = start
    for (; ; at++) {
      const code = text.charCodeAt(at)
      if (code === 0x22) break
      // NaN, which the end of the text gives, fails this comparison as control characters do.
      if (!(code >= 0x20)) throw this.fail('A string is unfinished or holds a control character.', at)
      if (code === 0x5c) return this.#escaped(start, at)
    }
    this.offset = at + 1
    return this.#wellFormed(text.slice(start, at), start)
  }

  fail(message: string, offset: number = this.offset, code: CodecErrorCode = 'CODEC_JSON_INVALID'): CodecError {
    return new CodecError(code, message, { details: { offset } })
  }

  #escaped(start: number, firstEscape: number): string {
    const { text } = this
    let value = ''
    let from = start
    let at = firstEscape
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === 0x22) break
      if (!(code >= 0x20)) throw this.fail('A string is unfinished or holds a control character.', at)
      if (code !== 0x5c) {
        at++
        continue
      }
      value += text.slice(from, at)
      const letter = text.charAt(at + 1)
      if (letter === 'u') {
        const digits = text.slice(at + 2, at + 6)
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.fail('An escape in a string is malformed.', at)
        value += String.fromCharCode(Number.parseInt(digits, 16))
        at += 6
      } else {
        const plain = ESCAPES[letter]
        if (plain === undefined) throw this.fail('An escape in a string is malformed.', at)
        value += plain
        at += 2
      }
      from = at
    }
    this.offset = at + 1
    return this.#wellFormed(value + text.slice(from, at), start)
  }

  #wellFormed(value: string, offset: number): string {
    if (LONE_SURROGATE.test(value)) throw this.fail('A string holds a lone surrogate.', offset)
    return value
  }

  #literal<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.offset)) throw this.fail('A value is malformed.')
    this.offset += word.length
    return value
  }

  #number(): number | bigint {
    const small = this.#smallInteger()
    if (small >= 0) return small
    const number = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y
    number.lastIndex = this.offset
    const match = number.exec(this.text)
    if (match === null) throw this.fail('A value is malformed.')
    const value = Number(match[0])
    const offset = this.offset
    this.offset = number.lastIndex
    if (match[1] === undefined && match[2] === undefined && !Number.isSafeInteger(value)) {
      if (!this.bigints) throw this.fail('An integer lies beyond 2^53 - 1.', offset, 'CODEC_JSON_NUMBER')
      if (match[0].length > 1000) throw this.fail('An integer is too long.', offset, 'CODEC_JSON_LIMIT')
      return BigInt(match[0])
    }
    if (!Number.isFinite(value)) throw this.fail('A number is too large.', offset, 'CODEC_JSON_NUMBER')
    return value
  }
  /** Up to nine digits, which lists of bytes are made of; −1, and nothing read, for what the whole rule is needed. */
  #smallInteger(): number {
    const { text, offset } = this
    let value = 0
    let at = offset
    for (let code = text.charCodeAt(at); code >= 0x30 && code <= 0x39; code = text.charCodeAt(++at)) {
      if (at - offset === MOST_SMALL_DIGITS) return -1
      value = value * 10 + code - 0x30
    }
    const after = text.charCodeAt(at)
    const isPadded = at - offset > 1 && text.charCodeAt(offset) === 0x30
    if (at === offset || isPadded || after === 0x2e || after === 0x65 || after === 0x45) return -1
    this.offset = at
    return value
  }
}
