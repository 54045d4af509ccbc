import type { PlannedBranch, PlannedExpression } from '../compile/plan/plan.ts'
import type { ProbedValue, Tracer } from '../evaluate/tracer.ts'

/** How many tries of one expression are kept with their values. */
const MAX_SAMPLES = 3

/** What became of one expression. */
export interface ExpressionRecord {
  tries: number
  passes: number
  readonly samples: (readonly ProbedValue[])[]
}

/** Remembers which expressions were tried, which held, and with which values others did not. */
export class TraceRecord implements Tracer {
  readonly expressions: Map<PlannedExpression, ExpressionRecord> = new Map()
  /** Branches that gave a value. */
  readonly results: Set<PlannedBranch> = new Set()

  enter(expression: PlannedExpression): void {
    const record = this.expressions.get(expression)
    if (record) record.tries++
    else this.expressions.set(expression, { tries: 1, passes: 0, samples: [] })
  }

  pass(expression: PlannedExpression): void {
    this.expressions.get(expression)!.passes++
  }

  fail(expression: PlannedExpression, probe: () => readonly ProbedValue[]): void {
    const { samples } = this.expressions.get(expression)!
    if (samples.length < MAX_SAMPLES) samples.push(probe())
  }

  result(branch: PlannedBranch): void {
    this.results.add(branch)
  }
}
