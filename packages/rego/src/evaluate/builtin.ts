import type { Value } from '../value/index.ts'

/** What an evaluation lends to the built-in functions it calls. */
export interface BuiltinContext {
  /** Charges work: about one per item touched. Throws REGO_LIMIT_STEPS or REGO_LIMIT_TIME. */
  step(count?: number): void
  /** Charges memory: about one per byte or 16 per value made. Charge before making it. Throws REGO_LIMIT_MEMORY. */
  memory(bytes: number): void
  /** The one moment of the query, in nanoseconds since 1970. */
  readonly nowNanoseconds: bigint
  /** Random bytes of this query: from its seed where it has one, otherwise of WebCrypto. */
  randomBytes(count: number): Uint8Array
  /** What built-ins keep for the length of one query (compiled patterns, `uuid.rfc4122` by name): any key to any value. */
  readonly cache: Map<string, unknown>
  /** Where `print` and `trace` go. */
  print(message: string): void
  /** Asks the host's function of that name. Throws REGO_DATA_NEEDED where its answer was not fetched beforehand. */
  host(name: string, args: readonly Value[]): Value | undefined
  /** The environment that `opa.runtime` shows; an empty object unless the caller gives one. */
  readonly runtime: Value
}

/** A built-in function as the evaluator calls it. */
export interface Builtin {
  /** Full name, such as `json.unmarshal`. Infix operators have names too: `plus`, `minus`, `mul`, `div`, `rem`, `and`, `or`, `eq`… */
  readonly name: string
  /** How many arguments it takes; `minimum` to `maximum` where it varies. */
  readonly arity: number | { readonly minimum: number; readonly maximum: number }
  /** True for a relation such as `walk`: the result is an array of which each item is one result of the call. */
  readonly relation?: boolean
  /** True where the host answers it. */
  readonly host?: boolean
  /** True where equal arguments may give different results from query to query (time, randomness, host). */
  readonly nondeterministic?: boolean
  /**
   * The result, or undefined when there is none. Throws {@link BuiltinError}; strict evaluation lets it surface, otherwise
   * the expression is undefined. False is an ordinary result.
   */
  readonly evaluate: (args: readonly Value[], context: BuiltinContext) => Value | undefined
}

/** Why a built-in has no result: `type` for an operand of the wrong type or form, `failed` for everything else. */
export type BuiltinProblem = 'type' | 'failed'

/** Thrown by built-ins only; the evaluator adds the function's name and the place, and turns it into a RegoError. */
export class BuiltinError extends Error {
  readonly problem: BuiltinProblem

  constructor(problem: BuiltinProblem, message: string) {
    super(message)
    this.problem = problem
  }
}
