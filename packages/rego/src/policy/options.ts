import type { Builtin } from '../evaluate/builtin.ts'
import type { EvaluationLimits } from '../evaluate/limits.ts'
import type { RegoVersion } from '../syntax/index.ts'
import type { Value } from '../value/index.ts'

/** A policy text and the name that errors give it. */
export interface PolicySource {
  readonly file: string
  readonly text: string
}

/** How a policy is compiled. */
export interface PolicyOptions {
  /** The dialect of modules that do not say `import rego.v1`; `v1` unless given. */
  readonly version?: RegoVersion
  /** Functions that the host answers, and how many arguments each takes. */
  readonly hostFunctions?: Readonly<Record<string, number>>
  /** Built-in functions besides the package's own, or in place of those of the same name. */
  readonly builtins?: Iterable<Builtin>
}

/** What the host knows: a function over JSON arguments, undefined where it does not know. */
export type HostFunction = (...args: unknown[]) => unknown

/** The documents and settings of one evaluation. */
export interface EvaluationOptions {
  /** The input document, as JSON or as a value; undefined when absent. */
  readonly input?: unknown
  /** Data beside the rules, as a JSON object or a value. */
  readonly data?: unknown
  /** The moment that `time.now_ns` tells, epoch seconds; 0 unless given. */
  readonly now?: number
  /** Makes random values repeatable; WebCrypto otherwise. */
  readonly seed?: Uint8Array
  /** Answers of host functions: by the text of a single argument, or by a function. */
  readonly host?: Readonly<Record<string, ReadonlyMap<string, unknown> | HostFunction>>
  /** Errors of built-in functions end the evaluation instead of leaving their expression undefined. */
  readonly strictBuiltinErrors?: boolean
  readonly limits?: Partial<EvaluationLimits>
  /** Milliseconds of a steady clock, for the limit on time. */
  readonly clock?: () => number
  /** Receives what `print` says. */
  readonly print?: (message: string) => void
  /** What `opa.runtime` shows. */
  readonly runtime?: Readonly<Record<string, unknown>>
}

/** As {@link EvaluationOptions}, with a host that takes time to answer. */
export interface AsyncEvaluationOptions extends EvaluationOptions {
  /** Answers a call of a host function that `host` leaves open. */
  readonly resolve: (name: string, args: readonly unknown[]) => Promise<unknown>
  /** How many answers may be fetched one after the other; 256 unless given. */
  readonly maxRestarts?: number
}

/** A built-in's problem that left an expression undefined. */
export interface Diagnostic {
  readonly code: string
  readonly message: string
  readonly file: string
  readonly row: number
  readonly column: number
}

/** What a rule is worth under an input. */
export interface RuleResult {
  /** False where the policy has no rule of that path. */
  readonly exists: boolean
  /** False where the rule has no value under this input. */
  readonly defined: boolean
  /** The value as JSON: sets become arrays. Undefined where the rule is. */
  readonly value: unknown
  /** The value itself. */
  readonly regoValue: Value | undefined
  readonly diagnostics: readonly Diagnostic[]
  readonly steps: number
}

/** All ways in which a query holds. */
export interface QueryResult {
  readonly answers: readonly QueryAnswer[]
  readonly diagnostics: readonly Diagnostic[]
  readonly steps: number
}

/** One way in which a query holds. */
export interface QueryAnswer {
  /** Values of the query's variables as JSON. */
  readonly bindings: Readonly<Record<string, unknown>>
  /** The value of a query that is a single term, as JSON. */
  readonly value: unknown
}
