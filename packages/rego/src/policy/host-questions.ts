import type { PlannedBody, PlannedTerm } from '../compile/plan/plan.ts'
import { walkBodies, walkSteps, walkTerm } from '../compile/plan/walk.ts'
import type { PlannedRules } from '../evaluate/link/program.ts'
import { jsonFromValue } from '../value/index.ts'
import { hostKey } from './host.ts'

/** A call of a host function whose arguments are known without evaluating. */
export interface HostQuestion {
  readonly name: string
  /** The arguments as JSON. */
  readonly args: readonly unknown[]
}

/** Every such call in planned rules, each once, in the order of the rules. */
export function collectHostQuestions(planned: readonly PlannedRules[]): HostQuestion[] {
  const found = new Map<string, HostQuestion>()
  const visitTerm = (term: PlannedTerm): void => {
    if (term.kind === 'comprehension') visitBody(term.body)
    if (term.kind !== 'call' || !('builtin' in term.callee) || !term.callee.builtin.host) return
    const args: unknown[] = []
    for (const argument of term.args) {
      if (argument.kind !== 'constant') return
      args.push(jsonFromValue(argument.value))
    }
    found.set(hostKey(term.name, args), { name: term.name, args })
  }
  const visitBody = (body: PlannedBody): void => {
    for (const { steps } of body.expressions) {
      walkSteps(steps, () => {}, visitTerm)
      walkBodies(steps, (inner) => visitBody(inner))
    }
  }
  for (const rules of planned) {
    for (const { branches } of [...rules.clauses, ...rules.partials, ...(rules.default ? [rules.default] : [])]) {
      for (const branch of branches) {
        visitBody(branch.body)
        for (const term of [...branch.path, branch.key, branch.value]) if (term) walkTerm(term, visitTerm)
      }
    }
  }
  return [...found.values()]
}
