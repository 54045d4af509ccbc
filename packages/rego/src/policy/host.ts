import { RegoError } from '../errors.ts'
import type { Builtin } from '../evaluate/builtin.ts'
import { jsonFromValue, jsonText, type Value, valueFromJson } from '../value/index.ts'
import type { EvaluationOptions } from './options.ts'

/** Asks the host; throws REGO_DATA_NEEDED for what it was not prepared for, with `function` and `args` in its details. */
export type AskHost = (name: string, args: readonly Value[]) => Value | undefined

/** Built-ins that ask the host. */
export function createHostBuiltins(functions: Readonly<Record<string, number>>): Builtin[] {
  return Object.entries(functions).map(([name, arity]) => ({
    name,
    arity,
    host: true,
    nondeterministic: true,
    evaluate: (args, context) => context.host(name, args),
  }))
}

/** Answers from what the caller gave, and from `fetched` answers by {@link hostKey}. */
export function createHost(
  host: EvaluationOptions['host'],
  fetched: ReadonlyMap<string, unknown>,
  maxDepth: number,
): AskHost {
  return (name, args) => {
    const answer = ask(host, fetched, name, args)
    return answer === undefined ? undefined : valueFromJson(answer, maxDepth)
  }
}

/** Tells one question from another. */
export function hostKey(name: string, args: readonly unknown[]): string {
  return `${name}(${jsonText(valueFromJson(args))})`
}

/** Runs a function of the host. Throws REGO_HOST_FAILED with what it threw as the cause. */
export function callHost<T>(name: string, call: () => T): T {
  try {
    return call()
  } catch (cause) {
    throw hostFailure(name, cause)
  }
}

/** REGO_HOST_FAILED for a function of the host. */
export function hostFailure(name: string, cause: unknown): RegoError {
  return new RegoError('REGO_HOST_FAILED', `the host could not answer ${name}`, { cause, details: { function: name } })
}

function ask(
  host: EvaluationOptions['host'],
  fetched: ReadonlyMap<string, unknown>,
  name: string,
  args: readonly Value[],
): unknown {
  const source = host && Object.hasOwn(host, name) ? host[name] : undefined
  const [first] = args
  if (typeof source === 'function') {
    const answer = callHost(name, () => source(...args.map((argument) => jsonFromValue(argument))))
    if (answer !== undefined) return answer
  } else if (source && args.length === 1 && first !== undefined) {
    const key = typeof first === 'string' ? first : jsonText(first)
    if (source.has(key)) return source.get(key)
  }
  const json = args.map((argument) => jsonFromValue(argument))
  const key = hostKey(name, json)
  if (fetched.has(key)) return fetched.get(key)
  throw new RegoError('REGO_DATA_NEEDED', `the host was not asked beforehand for ${key}`, {
    details: { function: name, args: json },
  })
}
