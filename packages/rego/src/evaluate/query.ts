import { createQueryResolver } from '../compile/compile.ts'
import type { ResolvedExpression, Variable } from '../compile/ir.ts'
import type { Known } from '../compile/plan/analysis.ts'
import { Planner } from '../compile/plan/planner.ts'
import { resolveBody } from '../compile/resolve/body.ts'
import { collectDirectNames } from '../compile/resolve/direct-names.ts'
import { QUERY_GLOBALS } from '../compile/resolve/globals.ts'
import { FrameLayout, Scope } from '../compile/resolve/scope.ts'
import type { RuleTree } from '../compile/rule-tree.ts'
import { parseQuery, type RegoVersion } from '../syntax/index.ts'
import type { Value } from '../value/index.ts'
import type { Builtin } from './builtin.ts'
import type { Context, Move } from './context.ts'
import { Linker } from './link/linker.ts'
import type { Program } from './program.ts'

/** One way in which a query holds: the values of its variables, and that of the query if it is a single term. */
export interface Answer {
  readonly bindings: ReadonlyMap<string, Value>
  readonly value: Value | undefined
}

/** A query ready to be asked. */
export type Query = (context: Context) => Answer[]

/** Estimated bytes of one answer. */
const ANSWER_BYTES = 128

/** Makes code of a query text. Throws what parsing and compiling throw. */
export function linkQuery(
  text: string,
  version: RegoVersion,
  tree: RuleTree,
  builtins: ReadonlyMap<string, Builtin>,
  program: Program,
): Query {
  const { body, source } = parseQuery(text, version)
  const resolver = createQueryResolver(source, version, QUERY_GLOBALS, tree, builtins)
  const layout = new FrameLayout()
  const scope = new Scope(layout, collectDirectNames(body, []))
  const resolved = resolveBody(resolver, scope, body)
  const result = layout.create('$result')
  const [only] = resolved
  const single = resolved.length === 1 && only?.kind === 'test' && !only.negated
  const expressions = single ? [namedResult(only, result)] : resolved
  const known: Known = new Set()
  const planned = new Planner({ source, at: 0 }, layout).planBody(expressions, known)
  const linker = new Linker(program, source, false)
  const variables = [...scope.variables].filter(([, variable]) => !variable.hidden && known.has(variable))
  const answersSlot = layout.create('$answers').slot
  const move = linker.body(planned, collectAnswers(variables, single ? result : undefined, answersSlot))
  return (context) => {
    const frame: unknown[] = new Array(layout.slots)
    const answers: Answer[] = []
    frame[answersSlot] = answers
    move(context, frame)
    return answers
  }
}

function namedResult(expression: ResolvedExpression & { kind: 'test' }, result: Variable): ResolvedExpression {
  const { at, term } = expression
  return { ...expression, kind: 'unify', left: { kind: 'local', variable: result, at }, right: term }
}

function collectAnswers(
  variables: readonly (readonly [string, Variable])[],
  result: Variable | undefined,
  answersSlot: number,
): Move {
  return (context, frame) => {
    context.run.memory(ANSWER_BYTES)
    const bindings = new Map(variables.map(([name, variable]) => [name, frame[variable.slot] as Value]))
    const value = result && (frame[result.slot] as Value)
    ;(frame[answersSlot] as Answer[]).push({ bindings, value })
    return false
  }
}
