import type { RegoError } from '../errors.ts'
import type { Term } from './ast.ts'
import { tokenize } from './lexer.ts'
import type { Source } from './source.ts'
import { type Comment, FUTURE_KEYWORDS, KEYWORDS, type Token } from './token.ts'

/** How deeply terms and bodies may stand inside each other. */
export const MAX_SYNTAX_DEPTH = 96

/** Reads the words of a text one after the other, and counts how deep the reader is. */
export class TokenCursor {
  readonly source: Source
  readonly comments: readonly Comment[]
  /** Words that are keywords besides the ones that always are. */
  readonly keywords: Set<string>
  /** What was read at each opening bracket or brace, or why nothing was. */
  readonly bracketed: Map<number, { readonly term: Term; readonly next: number } | { readonly problem: unknown }> =
    new Map()
  index = 0
  private readonly tokens: readonly Token[]
  private depth = 0
  private wildcards = 0

  constructor(source: Source, allKeywords: boolean) {
    const { tokens, comments } = tokenize(source)
    this.source = source
    this.tokens = tokens
    this.comments = comments
    this.keywords = new Set(allKeywords ? FUTURE_KEYWORDS : [])
  }

  get token(): Token {
    return this.tokens[this.index]!
  }

  get atEnd(): boolean {
    return this.token.kind === 'end'
  }

  /** Where the last word ended. */
  get lastEnd(): number {
    return this.index === 0 ? 0 : this.tokens[this.index - 1]!.end
  }

  peek(ahead = 1): Token {
    return this.tokens[Math.min(this.index + ahead, this.tokens.length - 1)]!
  }

  next(): Token {
    const token = this.token
    if (token.kind !== 'end') this.index++
    return token
  }

  isMark(mark: string): boolean {
    return this.token.kind === 'mark' && this.token.text === mark
  }

  takeMark(mark: string): boolean {
    if (!this.isMark(mark)) return false
    this.index++
    return true
  }

  expectMark(mark: string): Token {
    if (!this.isMark(mark)) throw this.unexpected([mark])
    return this.next()
  }

  /** Tells whether the current word is this keyword; a keyword that begins a path, as in `if.x`, is a name. */
  isKeyword(word: string): boolean {
    const token = this.token
    return token.kind === 'name' && token.text === word && this.reserves(token) && !this.beginsPath()
  }

  takeKeyword(word: string): boolean {
    if (!this.isKeyword(word)) return false
    this.index++
    return true
  }

  /** Tells whether the current word is a name and not a keyword. */
  isName(): boolean {
    return this.token.kind === 'name' && (!this.reserves(this.token) || this.beginsPath())
  }

  /** A name for one more wildcard. */
  wildcard(): string {
    return `$${this.wildcards++}`
  }

  /** Runs a reader one level deeper. Throws REGO_LIMIT_DEPTH. */
  nested<T>(read: () => T): T {
    if (this.depth >= MAX_SYNTAX_DEPTH) {
      throw this.source.error('REGO_LIMIT_DEPTH', this.token.at, `nested deeper than ${MAX_SYNTAX_DEPTH} levels`)
    }
    this.depth++
    try {
      return read()
    } finally {
      this.depth--
    }
  }

  unexpected(expected: readonly string[], at: Token = this.token): RegoError {
    const found = at.kind === 'end' ? 'the end of the text' : at.kind === 'string' ? 'a string' : `\`${at.text}\``
    const wanted = expected.map((item) => (/^[a-z]+ [a-z ]+$/.test(item) ? item : `\`${item}\``)).join(' or ')
    return this.error(at.at, `unexpected ${found}, expected ${wanted}`, expected)
  }

  error(at: number, message: string, expected?: readonly string[]): RegoError {
    return this.source.error('REGO_SYNTAX_INVALID', at, message, expected)
  }

  private reserves(token: Token): boolean {
    return KEYWORDS.has(token.text) || this.keywords.has(token.text)
  }

  private beginsPath(): boolean {
    const next = this.peek()
    return next.kind === 'mark' && next.text === '.' && !next.spaced
  }
}
