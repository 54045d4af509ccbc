import { failure } from '../../operand.ts'

/** What {@link YamlCursor.reset} goes back to. */
export interface CursorMark {
  readonly offset: number
  readonly lineStart: number
  readonly lineNumber: number
}

/** A place in a YAML text, its line and column. Lines end with a line feed: carriage returns are taken out before. */
export class YamlCursor {
  readonly text: string
  offset = 0
  private lineStart = 0
  private lineNumber = 1
  private counted = 0

  constructor(text: string) {
    this.text = text
  }

  get column(): number {
    this.count()
    return this.offset - this.lineStart
  }

  get line(): number {
    this.count()
    return this.lineNumber
  }

  get atEnd(): boolean {
    return this.offset >= this.text.length
  }

  peek(ahead = 0): string {
    return this.text.charAt(this.offset + ahead)
  }

  take(mark: string): boolean {
    if (!this.text.startsWith(mark, this.offset)) return false
    this.offset += mark.length
    return true
  }

  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.offset
    const found = pattern.exec(this.text)?.[0]
    if (found !== undefined) this.offset += found.length
    return found
  }

  /** Tells whether a space, a line end or the end of the text stands `ahead` characters from here. */
  isBlank(ahead = 0): boolean {
    const character = this.peek(ahead)
    return character === '' || character === ' ' || character === '\n' || character === '\t'
  }

  skipSpaces(): void {
    this.match(/[ \t]+/y)
  }

  /** Goes over spaces, comments and line ends to whatever comes next; true when that stands on another line. */
  skipBlank(): boolean {
    const before = this.line
    for (;;) {
      this.match(/[ \t\n]+/y)
      // A comment stands at the front of a line or behind a space.
      const isFree = this.offset === 0 || /[ \t\n]/.test(this.text.charAt(this.offset - 1))
      if (this.peek() !== '#' || !isFree) break
      this.match(/[^\n]*/y)
    }
    return this.line !== before
  }

  /** Tells whether the document ends here. */
  get atBoundary(): boolean {
    return (
      this.atEnd ||
      (this.column === 0 && /^(?:---|\.\.\.)(?=[ \t\n]|$)/.test(this.text.slice(this.offset, this.offset + 4)))
    )
  }

  /** Tells whether nothing but spaces stands in front on this line. */
  get isFirstOnLine(): boolean {
    return this.text.slice(this.offset - this.column, this.offset).trim() === ''
  }

  /** Refuses an indentation that has tabs in it. */
  expectNoTabs(): void {
    this.count()
    const indentation = this.text.slice(this.lineStart, this.offset)
    if (/^ *\t[ \t]*$/.test(indentation)) throw this.error('found character that cannot start any token')
  }

  error(problem: string): Error {
    return failure(`yaml: line ${this.line}: ${problem}`)
  }

  /** A place to come back to. */
  mark(): CursorMark {
    this.count()
    return { offset: this.offset, lineStart: this.lineStart, lineNumber: this.lineNumber }
  }

  reset(mark: CursorMark): void {
    this.offset = mark.offset
    this.counted = mark.offset
    this.lineStart = mark.lineStart
    this.lineNumber = mark.lineNumber
  }

  private count(): void {
    for (
      let at = this.text.indexOf('\n', this.counted);
      at >= 0 && at < this.offset;
      at = this.text.indexOf('\n', at + 1)
    ) {
      this.lineNumber++
      this.lineStart = at + 1
    }
    this.counted = this.offset
  }
}
