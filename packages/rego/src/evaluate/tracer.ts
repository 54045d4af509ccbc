import type { PlannedBranch, PlannedExpression } from '../compile/plan/plan.ts'
import type { Value } from '../value/index.ts'

/** A term of an expression as text, and its value at some moment. */
export interface ProbedValue {
  readonly text: string
  readonly value: Value | undefined
}

/** Is told of every expression that is tried and of how it goes; see `explain/` and `coverage/`. */
export interface Tracer {
  /** An expression is tried. */
  enter(expression: PlannedExpression): void
  /** The expression holds in one way. */
  pass(expression: PlannedExpression): void
  /** The expression did not hold; `probe` reads its terms and may be called until the method returns. */
  fail(expression: PlannedExpression, probe: () => readonly ProbedValue[]): void
  /** A branch of a rule gives a value. */
  result(branch: PlannedBranch): void
}
