import { type Location, RegoError, type RegoErrorCode } from '../errors.ts'

/** A policy text and its name; turns offsets into places. */
export class Source {
  readonly file: string
  readonly text: string
  private lineStarts: readonly number[] | undefined

  constructor(file: string, text: string) {
    this.file = file
    this.text = text
  }

  /** Row and column of an offset, both from 1. */
  locate(offset: number): Location {
    const starts = this.starts()
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { file: this.file, row: low + 1, column: offset - starts[low]! + 1 }
  }

  /** The text of a row, without its line end. */
  line(row: number): string {
    const start = this.starts()[row - 1] ?? this.text.length
    const end = this.text.indexOf('\n', start)
    return this.text.slice(start, end < 0 ? this.text.length : end).replace(/\r$/, '')
  }

  /** Tells whether nothing but white space stands before an offset on its row. */
  beginsLine(offset: number): boolean {
    const { row, column } = this.locate(offset)
    return (
      this.line(row)
        .slice(0, column - 1)
        .trim() === ''
    )
  }

  /** Tells whether the row before that of an offset is empty. */
  hasBlankLineBefore(offset: number): boolean {
    const { row } = this.locate(offset)
    return row > 1 && this.line(row - 1).trim() === ''
  }

  /** An error at an offset; its details hold the line, a caret under the place, and what was expected there. */
  error(code: RegoErrorCode, at: number, message: string, expected?: readonly string[]): RegoError {
    const location = this.locate(at)
    const line = this.line(location.row)
    const caret = `${line.slice(0, location.column - 1).replace(/[^\t]/g, ' ')}^`
    return new RegoError(code, message, { location, details: { line, caret, ...(expected ? { expected } : {}) } })
  }

  private starts(): readonly number[] {
    if (!this.lineStarts) {
      const starts = [0]
      for (let i = this.text.indexOf('\n'); i >= 0; i = this.text.indexOf('\n', i + 1)) starts.push(i + 1)
      this.lineStarts = starts
    }
    return this.lineStarts
  }
}
