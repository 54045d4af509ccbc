import type { Callee } from '../../compile/ir.ts'
import type { PlannedCall } from '../../compile/plan/plan.ts'
import type { RuleNode } from '../../compile/rule-tree.ts'
import { placeText, RegoError } from '../../errors.ts'
import { compareValues, equalValues, sizeOf, type Value } from '../../value/index.ts'
import { type Builtin, BuiltinError } from '../builtin.ts'
import type { Context, Evaluate, Frame } from '../context.ts'
import type { Linker } from './linker.ts'

/** How many built-in errors a lenient evaluation remembers. */
const MAX_FAILURES = 64

/** The result of a call; undefined where an argument or the result is. */
export function linkCall(linker: Linker, call: PlannedCall): Evaluate {
  const args = call.args.map((argument) => linker.term(argument))
  const invoke = linkCallee(linker, call.callee, call.at)
  const target = 'node' in call.callee ? call.callee.node : call.callee.builtin
  const plain = linkComparison(call.name, args) ?? linkPlainCall(args, invoke)
  return (context, frame) => {
    if (context.mocks === undefined) return plain(context, frame)
    const mock = context.mocks.get(target)
    if (mock === undefined) return plain(context, frame)
    const values = evaluateArguments(context, frame, args)
    if (values === undefined) return undefined
    if ('value' in mock) return mock.value
    return linkCallee(linker, mock.callee, call.at)(context.unmocked, values)
  }
}

type Invoke = (context: Context, args: readonly Value[]) => Value | undefined

function linkCallee(linker: Linker, callee: Callee, at: number): Invoke {
  const { program } = linker
  if ('node' in callee) {
    const node: RuleNode = callee.node
    return (context, args) => program.call(context, node, args)
  }
  const { builtin } = callee
  return (context, args) => callBuiltin(linker, context, builtin, args, at)
}

function linkPlainCall(args: readonly Evaluate[], invoke: Invoke): Evaluate {
  const [first, second] = args
  if (args.length === 1 && first) {
    return (context, frame) => {
      const value = first(context, frame)
      return value === undefined ? undefined : invoke(context, [value])
    }
  }
  if (args.length === 2 && first && second) {
    return (context, frame) => {
      const left = first(context, frame)
      if (left === undefined) return undefined
      const right = second(context, frame)
      return right === undefined ? undefined : invoke(context, [left, right])
    }
  }
  return (context, frame) => {
    const values = evaluateArguments(context, frame, args)
    return values === undefined ? undefined : invoke(context, values)
  }
}

function evaluateArguments(context: Context, frame: Frame, args: readonly Evaluate[]): Value[] | undefined {
  const values: Value[] = []
  for (const evaluate of args) {
    const value = evaluate(context, frame)
    if (value === undefined) return undefined
    values.push(value)
  }
  return values
}

const COMPARISONS: Readonly<Record<string, (a: Value, b: Value) => boolean>> = {
  equal: equalValues,
  neq: (a, b) => !equalValues(a, b),
  lt: (a, b) => compareValues(a, b) < 0,
  lte: (a, b) => compareValues(a, b) <= 0,
  gt: (a, b) => compareValues(a, b) > 0,
  gte: (a, b) => compareValues(a, b) >= 0,
}

/** Comparisons cannot fail: they need no call. */
function linkComparison(name: string, args: readonly Evaluate[]): Evaluate | undefined {
  const compare = Object.hasOwn(COMPARISONS, name) ? COMPARISONS[name] : undefined
  const [first, second] = args
  if (!compare || !first || !second) return undefined
  return (context, frame) => {
    const left = first(context, frame)
    if (left === undefined) return undefined
    const right = second(context, frame)
    if (right === undefined) return undefined
    if (typeof left === 'object' && typeof right === 'object' && left !== null) context.run.step(sizeOf(left))
    return compare(left, right)
  }
}

function callBuiltin(
  linker: Linker,
  context: Context,
  builtin: Builtin,
  args: readonly Value[],
  at: number,
): Value | undefined {
  const { run } = context
  run.step()
  try {
    const result = builtin.evaluate(args, run)
    if (result !== undefined) run.admit(result)
    return result
  } catch (error) {
    if (!(error instanceof BuiltinError)) throw error
    const failure = describeFailure(linker, builtin, error, at)
    if (run.settings.strictBuiltinErrors) throw failure
    if (run.failures.length < MAX_FAILURES) run.failures.push(failure)
    return undefined
  }
}

function describeFailure(linker: Linker, builtin: Builtin, error: BuiltinError, at: number): RegoError {
  const location = linker.source?.locate(at)
  const code = error.problem === 'type' ? 'REGO_OPERAND_INVALID' : 'REGO_BUILTIN_FAILED'
  return new RegoError(code, `${builtin.name}: ${error.message}`, {
    location,
    details: { function: builtin.name, ...(location ? { place: placeText(location) } : {}) },
  })
}
