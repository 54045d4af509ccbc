import type { Body, Every, Expression, Module, SomeIn, Term, WithModifier } from '../syntax/index.ts'
import { CommentQueue } from './comments.ts'
import { formatInfix, formatTerm } from './terms.ts'

/** How a list of terms stands in the text. */
interface ListPlace {
  /** Offset of the opening mark. */
  readonly open?: number
  /** Offset after the closing mark. */
  readonly close: number
  /** Least precedence of the first term. */
  readonly first: number
}

/** Writes the parts of one module; comments are written where they stood. */
export class Formatter {
  readonly comments: CommentQueue
  private readonly module: Module

  constructor(module: Module) {
    this.module = module
    this.comments = new CommentQueue(module.comments, module.source)
  }

  rowOf(at: number): number {
    return this.module.source.locate(at).row
  }

  /** A term where a comma would not end it. */
  standalone(term: Term, level: number): string {
    if (term.kind === 'call' && term.name === 'internal.member_3') return formatInfix(this, term, level)
    return formatTerm(this, term, level)
  }

  /** Lines of a body, comments before `end` among them. */
  bodyLines(body: Body, level: number, end: number): string[] {
    const lines: string[] = []
    for (const [i, expression] of body.entries()) {
      this.pushComments(lines, expression.at, level, i > 0)
      if (i > 0 && lines.at(-1) !== '' && this.blankBefore(expression.at)) lines.push('')
      const text = this.expression(expression, level)
      lines.push(`${'\t'.repeat(level)}${text}${this.comments.takeSuffix(expression.end)}`)
    }
    this.pushComments(lines, end, level, true)
    return lines
  }

  /** Writes comments that stand before an offset on lines of their own. */
  pushComments(lines: string[], at: number, level: number, mayBeBlank: boolean): void {
    const blank = mayBeBlank && this.comments.nextAt < at && this.blankBefore(this.comments.nextAt)
    const comments = this.comments.takeBefore(at)
    if (blank) lines.push('')
    for (const comment of comments) lines.push(comment === '' ? '' : `${'\t'.repeat(level)}${comment}`)
  }

  expression(expression: Expression, level: number): string {
    const text = this.plainExpression(expression, level)
    return text + expression.withs.map((modifier) => this.with(modifier, level)).join('')
  }

  list(items: readonly Term[], level: number, place: ListPlace): string {
    const texts = (at: number): string[] =>
      items.map((item, i) => formatTerm(this, item, at, i === 0 ? place.first : 0))
    const [first] = items
    const open = place.open ?? this.openingBefore(first)
    if (!first || !this.isSpread(open, first.at, place.close)) return texts(level).join(', ')
    const lines = this.spread(
      items,
      level,
      (item, i) => formatTerm(this, item, level + 1, i === 0 ? place.first : 0),
      place.close,
    )
    return `\n${lines.join('\n')}\n${'\t'.repeat(level)}`
  }

  entries(entries: readonly (readonly [Term, Term])[], level: number, open: number, close: number): string {
    const entry = ([key, value]: readonly [Term, Term], i: number, at: number): string =>
      `${formatTerm(this, key, at, i === 0 ? 3 : 0)}: ${formatTerm(this, value, at, i === 0 ? 3 : 0)}`
    const first = entries[0]?.[0]
    if (!first || !this.isSpread(open, first.at, close)) {
      return entries.map((item, i) => entry(item, i, level)).join(', ')
    }
    const keys = entries.map(([key]) => key)
    const lines = this.spread(
      keys,
      level,
      (_, i) => entry(entries[i]!, i, level + 1),
      close,
      (i) => entries[i]![1],
    )
    return `\n${lines.join('\n')}\n${'\t'.repeat(level)}`
  }

  private spread(
    items: readonly Term[],
    level: number,
    write: (item: Term, i: number) => string,
    close: number,
    last: (i: number) => Term = (i) => items[i]!,
  ): string[] {
    const lines: string[] = []
    for (const [i, item] of items.entries()) {
      this.pushComments(lines, item.at, level + 1, false)
      const text = write(item, i)
      lines.push(`${'\t'.repeat(level + 1)}${text},${this.comments.takeSuffix(endOf(last(i)))}`)
    }
    this.pushComments(lines, close, level + 1, false)
    return lines
  }

  private isSpread(open: number, first: number, close: number): boolean {
    return this.rowOf(open) !== this.rowOf(first) || this.comments.hasBetween(open, close)
  }

  private openingBefore(first: Term | undefined): number {
    if (!first) return 0
    const { text } = this.module.source
    let at = first.at - 1
    while (at > 0 && text[at] !== '(' && /[\s(]/.test(text[at]!)) at--
    return at
  }

  private plainExpression(expression: Expression, level: number): string {
    switch (expression.kind) {
      case 'some':
        return `some ${expression.variables.map(({ name }) => (name.startsWith('$') ? '_' : name)).join(', ')}`
      case 'some-in':
        return this.someIn(expression, level)
      case 'every':
        return this.every(expression, level)
      case 'term': {
        const { term } = expression
        const isInfix = term.kind === 'call' && term.infix !== undefined
        const text = isInfix ? formatInfix(this, term, level) : this.standalone(term, level)
        return expression.negated ? `not ${text}` : text
      }
    }
  }

  private someIn(expression: SomeIn, level: number): string {
    const names = [expression.key, expression.value].filter((term) => term !== undefined)
    const left = names.map((term) => formatTerm(this, term, level, 1)).join(', ')
    return `some ${left} in ${formatTerm(this, expression.domain, level)}`
  }

  private every(expression: Every, level: number): string {
    const names = [expression.key, expression.value].filter((term) => term !== undefined)
    const left = names.map((term) => formatTerm(this, term, level)).join(', ')
    const domain = formatTerm(this, expression.domain, level, 1)
    const lines = this.bodyLines(expression.body, level + 1, expression.end)
    return `every ${left} in ${domain} {\n${lines.join('\n')}\n${'\t'.repeat(level)}}`
  }

  private with(modifier: WithModifier, level: number): string {
    const starts = this.module.source.beginsLine(modifier.at)
    const target = formatTerm(this, modifier.target, level)
    const value = formatTerm(this, modifier.value, level + 1, 1)
    return `${starts ? `\n${'\t'.repeat(level + 1)}` : ' '}with ${target} as ${value}`
  }

  private blankBefore(at: number): boolean {
    return this.module.source.hasBlankLineBefore(at)
  }
}

/** Where a term ends, as far as it is known. */
function endOf(term: Term): number {
  if ('end' in term) return term.end
  if (term.kind === 'scalar') return term.at + (term.text?.length ?? String(term.value).length)
  if (term.kind === 'variable') return term.at + (term.name.startsWith('$') ? 1 : term.name.length)
  if (term.kind === 'reference') return Math.max(endOf(term.head), ...term.path.map(endOf))
  return term.at
}
