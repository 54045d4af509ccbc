import type { Source } from './source.ts'
import type { Comment, Token } from './token.ts'

/** How deeply templates may stand inside templates. */
const MAX_TEMPLATE_DEPTH = 16

const SPACE = /[ \t\r\n]+/y
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y
const NUMBER = /(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const DIGITS = /[0-9A-Za-z_.]/y
const MARK = /:=|==|!=|<=|>=|[=<>+\-*/%&|()[\]{},.;:]/y

/** The words of a text in order, ending with one of kind `end`, and its comments. Throws REGO_SYNTAX_INVALID. */
export function tokenize(source: Source): { tokens: Token[]; comments: Comment[] } {
  const lexer = new Lexer(source)
  lexer.scan(0, false)
  return { tokens: lexer.tokens, comments: lexer.comments }
}

class Lexer {
  readonly tokens: Token[] = []
  readonly comments: Comment[] = []
  private readonly source: Source
  private readonly text: string
  private offset = 0
  private spaced = false
  private newline = true

  constructor(source: Source) {
    this.source = source
    this.text = source.text
  }

  /** Reads to the end, or in a template to the brace that closes the expression. */
  scan(depth: number, inTemplate: boolean): void {
    let braces = 0
    for (;;) {
      this.skipSpace()
      const start = this.offset
      const head = this.text[start]
      if (head === undefined) {
        if (inTemplate) throw this.error(start, 'the template string is not closed', ['}'])
        this.push('end', '', start)
        return
      }
      if (inTemplate && head === '}' && braces === 0) return
      if (head === '{') braces++
      else if (head === '}') braces--
      this.token(head, start, depth)
    }
  }

  private token(head: string, start: number, depth: number): void {
    const next = this.text[start + 1]
    const name = this.match(NAME)
    if (name !== undefined) this.push('name', name, start)
    else if (head >= '0' && head <= '9') this.number(start)
    else if (head === '"') this.push('string', this.quoted(start), start)
    else if (head === '`') this.push('string', this.raw(start), start)
    else if (head === '$' && (next === '"' || next === '`')) this.template(next, start, depth + 1)
    else this.mark(head, start)
  }

  private mark(head: string, start: number): void {
    const mark = this.match(MARK)
    if (mark === undefined) throw this.error(start, `the character ${JSON.stringify(head)} has no place here`)
    this.push('mark', mark, start)
  }

  private skipSpace(): void {
    for (;;) {
      const space = this.match(SPACE)
      if (space !== undefined) {
        this.spaced = true
        if (space.includes('\n')) this.newline = true
      } else if (this.text[this.offset] === '#') {
        const start = this.offset
        const end = this.text.indexOf('\n', start)
        this.offset = end < 0 ? this.text.length : end
        this.comments.push({ at: start, text: this.text.slice(start + 1, this.offset).replace(/\r$/, '') })
        this.spaced = true
      } else return
    }
  }

  private number(start: number): void {
    const text = this.match(NUMBER)!
    DIGITS.lastIndex = this.offset
    if (DIGITS.test(this.text)) throw this.error(start, 'the number is malformed')
    this.push('number', text, start)
  }

  private quoted(start: number): string {
    let end = start + 1
    for (;;) {
      const unit = this.text[end]
      if (unit === undefined || unit === '\n') throw this.error(start, 'the string is not closed', ['"'])
      if (unit === '"') break
      end += unit === '\\' ? 2 : 1
    }
    this.offset = end + 1
    return this.unescape(this.text.slice(start + 1, end), start)
  }

  private raw(start: number): string {
    const end = this.text.indexOf('`', start + 1)
    if (end < 0) throw this.error(start, 'the raw string is not closed', ['`'])
    this.offset = end + 1
    return this.text.slice(start + 1, end)
  }

  private unescape(body: string, start: number): string {
    try {
      return JSON.parse(`"${body.replaceAll('\t', '\\t')}"`) as string
    } catch {
      throw this.error(start, 'the string holds an invalid escape or control character')
    }
  }

  /** `$"…{expression}…"`: `\{` stands for a brace. */
  private template(quote: string, start: number, depth: number): void {
    if (depth > MAX_TEMPLATE_DEPTH) {
      throw this.source.error('REGO_LIMIT_DEPTH', start, `templates are nested deeper than ${MAX_TEMPLATE_DEPTH}`)
    }
    this.offset = start + 2
    this.push('template-start', quote, start)
    for (;;) {
      const open = this.templateText(quote, start)
      if (!open) break
      this.offset++
      this.push('mark', '{', this.offset - 1)
      this.scan(depth, true)
      this.offset++
      this.push('mark', '}', this.offset - 1)
    }
    this.offset++
    this.push('template-end', quote, this.offset - 1)
  }

  /** Reads literal text up to the closing quote (false) or an opening brace (true). */
  private templateText(quote: string, start: number): boolean {
    const from = this.offset
    let text = ''
    let end = from
    for (;;) {
      const unit = this.text[end]
      if (unit === undefined || (unit === '\n' && quote === '"')) {
        throw this.error(start, 'the template string is not closed', [quote])
      }
      if (unit === quote || unit === '{') break
      if (unit === '\\' && this.text[end + 1] === '{') {
        text += '{'
        end += 2
      } else if (unit === '\\' && quote === '"') {
        const length = this.text[end + 1] === 'u' ? 6 : 2
        // A surrogate pair is two escapes, each of which stands for one half.
        text += this.unescape(this.text.slice(end, end + length), end)
        end += length
      } else {
        text += unit
        end++
      }
    }
    this.offset = end
    if (end > from) this.push('template-text', text, from)
    return this.text[end] === '{'
  }

  private push(kind: Token['kind'], text: string, at: number): void {
    this.tokens.push({ kind, text, at, end: this.offset, spaced: this.spaced, newline: this.newline })
    this.spaced = false
    this.newline = false
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.offset
    const text = pattern.exec(this.text)?.[0]
    if (text !== undefined) this.offset += text.length
    return text
  }

  private error(at: number, message: string, expected?: readonly string[]): Error {
    return this.source.error('REGO_SYNTAX_INVALID', at, message, expected)
  }
}
