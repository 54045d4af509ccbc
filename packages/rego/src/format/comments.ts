import type { Comment, Source } from '../syntax/index.ts'

/** Hands out the comments of a text in order, so that each is written once. */
export class CommentQueue {
  private readonly comments: readonly Comment[]
  private readonly source: Source
  private index = 0

  constructor(comments: readonly Comment[], source: Source) {
    this.comments = comments
    this.source = source
  }

  /** Lines of the comments that stand before an offset; an empty line where one stood before a comment. */
  takeBefore(at: number): string[] {
    const lines: string[] = []
    for (let comment = this.comments[this.index]; comment && comment.at < at; comment = this.comments[++this.index]) {
      if (lines.length > 0 && this.source.hasBlankLineBefore(comment.at)) lines.push('')
      lines.push(commentText(comment))
    }
    return lines
  }

  /** The comment that follows an offset on the same row, as a suffix; an empty text where none does. */
  takeSuffix(end: number): string {
    const comment = this.comments[this.index]
    if (!comment || comment.at < end) return ''
    if (
      this.source.text
        .slice(end, comment.at)
        .trim()
        .replace(/[,;})\]]/g, '') !== ''
    )
      return ''
    if (this.source.locate(end).row !== this.source.locate(comment.at).row) return ''
    this.index++
    return ` ${commentText(comment)}`
  }

  /** Tells whether a comment stands between two offsets. */
  hasBetween(start: number, end: number): boolean {
    const comment = this.comments[this.index]
    return comment !== undefined && comment.at >= start && comment.at < end
  }

  /** Offset of the next comment, or infinity. */
  get nextAt(): number {
    return this.comments[this.index]?.at ?? Number.POSITIVE_INFINITY
  }
}

function commentText({ text }: Comment): string {
  const body = text.trimEnd()
  return body === '' || body.startsWith(' ') || body.startsWith('#') || body.startsWith('!') ? `#${body}` : `# ${body}`
}
