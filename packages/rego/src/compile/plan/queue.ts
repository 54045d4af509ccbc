import type { ResolvedExpression, Variable } from '../ir.ts'
import { type Known, mentionedVariables } from './analysis.ts'

/** Expressions that wait for their variables; hands out the first one, in the order of writing, that is ready. */
export class Queue {
  private readonly waiting = new Set<ResolvedExpression>()
  private readonly ready = new Set<ResolvedExpression>()
  private readonly order: readonly ResolvedExpression[]
  private readonly readers = new Map<Variable, ResolvedExpression[]>()
  private readonly isReady: (expression: ResolvedExpression) => boolean
  private first = 0

  constructor(body: readonly ResolvedExpression[], isReady: (expression: ResolvedExpression) => boolean) {
    this.order = body
    this.isReady = isReady
    for (const expression of body) {
      this.waiting.add(expression)
      for (const variable of mentionedVariables(expression)) {
        const readers = this.readers.get(variable) ?? []
        readers.push(expression)
        this.readers.set(variable, readers)
      }
      if (isReady(expression)) this.ready.add(expression)
    }
  }

  get size(): number {
    return this.waiting.size
  }

  rest(): ResolvedExpression[] {
    return [...this.waiting]
  }

  take(): ResolvedExpression | undefined {
    for (let i = this.first; i < this.order.length; i++) {
      const expression = this.order[i]!
      if (!this.waiting.has(expression)) {
        if (i === this.first) this.first++
      } else if (this.ready.has(expression)) {
        this.waiting.delete(expression)
        return expression
      }
    }
    return undefined
  }

  /** Looks again at the expressions that mention variables which have a value now. */
  recheck(known: Known): void {
    for (const [variable, readers] of this.readers) {
      if (!known.has(variable)) continue
      this.readers.delete(variable)
      for (const expression of readers) {
        if (this.waiting.has(expression) && this.isReady(expression)) this.ready.add(expression)
      }
    }
  }
}
