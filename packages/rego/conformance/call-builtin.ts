/** Calls single built-in functions as an evaluation does, under its limits. */
import { BUILTINS } from '../src/builtins/index.ts'
import { RegoError } from '../src/errors.ts'
import { BuiltinError } from '../src/evaluate/builtin.ts'
import { DEFAULT_LIMITS, type EvaluationLimits } from '../src/evaluate/limits.ts'
import { Run } from '../src/evaluate/run.ts'
import { jsonFromValue, RegoObject, RegoSet, type Value, valueFromJson } from '../src/value/index.ts'

/** The moment of every call: 2023-11-14T22:13:20Z. */
const NOW = 1_700_000_000_000_000_000n

/** A fresh evaluation. Its random bytes count up from zero. */
export function createRun(limits: Partial<EvaluationLimits> = {}): Run {
  return new Run({
    limits: { ...DEFAULT_LIMITS, ...limits },
    clock: undefined,
    strictBuiltinErrors: true,
    nowNanoseconds: NOW,
    randomBytes: (count) => Uint8Array.from({ length: count }, (_, i) => i),
    print: undefined,
    runtime: RegoObject.EMPTY,
    host: () => undefined,
    tracer: undefined,
  })
}

/** A set of JSON values. */
export function setOf(...items: readonly unknown[]): RegoSet {
  return RegoSet.of(items.map((item) => valueFromJson(item)))
}

/** The result as a value of Rego; errors are thrown as they come. */
export function evaluateBuiltin(name: string, args: readonly unknown[], run: Run = createRun()): Value | undefined {
  const builtin = BUILTINS.get(name)
  if (builtin === undefined) throw new Error(`there is no built-in ${name}`)
  return builtin.evaluate(
    args.map((argument) => valueFromJson(argument)),
    run,
  )
}

/** The result in JSON, undefined where there is none, or the error as `type: …`, `failed: …` or its code. */
export function callBuiltin(name: string, ...args: readonly unknown[]): unknown {
  return callWithin({}, name, ...args)
}

/** The same within other limits. */
export function callWithin(limits: Partial<EvaluationLimits>, name: string, ...args: readonly unknown[]): unknown {
  try {
    const value = evaluateBuiltin(name, args, createRun(limits))
    return value === undefined ? undefined : jsonFromValue(value, { bigNumbers: true })
  } catch (error) {
    if (error instanceof BuiltinError) return `${error.problem}: ${error.message}`
    if (error instanceof RegoError) return error.code
    throw error
  }
}
