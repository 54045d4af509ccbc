import type { PlannedExpression } from '../compile/plan.ts'
import type { Value } from '../value/index.ts'

/** Reads the values that stand in an expression at the moment it is tried. */
export type Probe = () => readonly { readonly text: string; readonly value: Value | undefined }[]

/** Is told of every expression that is tried and every one that holds; see `explain/` and `coverage/`. */
export interface Tracer {
  /** An expression is tried; `probe` may be called until the method returns. */
  enter(expression: PlannedExpression, probe: Probe): void
  /** The expression holds in one way. */
  pass(expression: PlannedExpression): void
  /** A branch of a rule gives a value. */
  result(branch: object): void
}
