import type { Location } from '../errors.ts'

/** A term of an expression and its value when the expression was tried. */
export interface ExplainedValue {
  /** The term as text, such as `input.tdx.quote.body.mr_td` or `query_reference_value("mr_td")`. */
  readonly text: string
  /** False where the term has no value. */
  readonly defined: boolean
  /** The value as JSON. */
  readonly value: unknown
}

/** An expression that kept a rule from holding. */
export interface FailedExpression {
  readonly location: Location
  /** The expression as written. */
  readonly text: string
  readonly negated: boolean
  /** How often it was tried: several times after a choice such as `some`. */
  readonly tries: number
  /** Its terms at the first tries. */
  readonly samples: readonly (readonly ExplainedValue[])[]
  /** Expressions inside `every` or a comprehension that did not hold. */
  readonly inner: readonly FailedExpression[]
  /** Why rules that it reads have no value, or false. */
  readonly because: readonly Explanation[]
}

/** One body of a rule: the rule's own or one after `else`. */
export interface ExplainedBranch {
  readonly location: Location
  readonly holds: boolean
  /** The expression that stopped it; undefined where it holds or was not tried. */
  readonly failed: FailedExpression | undefined
}

/** Why a rule has the value it has. */
export interface Explanation {
  /** Path of the rule, such as `data.policy.allow`. */
  readonly rule: string
  readonly defined: boolean
  /** The value as JSON. */
  readonly value: unknown
  /** The value is the default, because no body holds. */
  readonly isDefault: boolean
  readonly branches: readonly ExplainedBranch[]
}
