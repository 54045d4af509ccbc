import type { ResolvedBranch, ResolvedClause, ResolvedTerm } from '../ir.ts'
import { addVariables, isSubset, type Known } from './analysis.ts'
import type { PlannedBranch, PlannedClause } from './plan.ts'
import { Planner } from './planner.ts'

/** Plans a rule. Throws REGO_VARIABLE_UNSAFE. */
export function planClause(clause: ResolvedClause): PlannedClause {
  const branches = clause.branches.map((branch) => planBranch(clause, branch))
  return { place: clause.place, end: clause.end, args: clause.args, branches, slots: clause.layout.slots }
}

function planBranch(clause: ResolvedClause, branch: ResolvedBranch): PlannedBranch {
  const planner = new Planner({ source: clause.place.source, at: branch.at }, clause.layout)
  const known: Known = new Set(clause.args)
  const body = planner.planBody(branch.body, known, [...branch.path, branch.key, branch.value])
  return {
    body,
    path: branch.path.map((term) => planner.planTerm(term)),
    key: branch.key && planner.planTerm(branch.key),
    value: planner.planTerm(branch.value),
    single: isSingle([...branch.path, ...(branch.key ? [branch.key] : []), branch.value], planner.beforeChoice),
  }
}

function isSingle(terms: readonly ResolvedTerm[], beforeChoice: Known | undefined): boolean {
  if (!beforeChoice) return true
  const variables: Known = new Set()
  for (const term of terms) addVariables(term, variables)
  return isSubset(variables, beforeChoice)
}
