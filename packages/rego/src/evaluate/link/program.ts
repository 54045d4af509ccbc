import type { ResolvedClause } from '../../compile/ir.ts'
import { planClause } from '../../compile/plan/clause.ts'
import type { PlannedBranch, PlannedClause } from '../../compile/plan/plan.ts'
import type { RuleTree } from '../../compile/rule-tree.ts'
import { equalValues, keyOf, type MapKey, type Value } from '../../value/index.ts'
import type { Evaluate, Frame, Move } from '../context.ts'
import { conflict, type Extent } from '../documents/extent.ts'
import { FUNCTION_CONFLICT, type LinkedClause, Program, RULE_CONFLICT } from '../program.ts'
import { RuleIndex } from '../rule-index.ts'
import { Linker } from './linker.ts'

/** Estimated bytes of one member that a rule contributes. */
const MEMBER_BYTES = 48

/** How a branch delivers what it found into the result slot. */
type Deliver = (branch: PlannedBranch, linker: Linker, resultSlot: number) => Move

/** The rules of a policy, planned. */
export interface PlannedRules {
  readonly clauses: readonly PlannedClause[]
  readonly partials: readonly PlannedClause[]
  readonly default: PlannedClause | undefined
}

/** Plans every rule. Throws REGO_VARIABLE_UNSAFE. */
export function planRules(tree: RuleTree): PlannedRules[] {
  const plan = (clauses: readonly ResolvedClause[]): PlannedClause[] => clauses.map(planClause)
  return tree.nodes.map((node) => ({
    clauses: plan(node.clauses),
    partials: plan(node.partialClauses),
    default: node.defaultClause && planClause(node.defaultClause),
  }))
}

/** Makes code of every rule. */
export function linkProgram(tree: RuleTree, planned: readonly PlannedRules[], traced: boolean): Program {
  const program = new Program(tree.root)
  for (const node of tree.nodes) {
    const rules = planned[node.id]!
    const link = (clause: PlannedClause, deliver: Deliver): LinkedClause => linkClause(program, clause, deliver, traced)
    const deliver = node.kind === 'members' ? deliverMember : deliverValue(node.kind === 'function')
    const clauses = rules.clauses.map((clause) => link(clause, deliver))
    program.rules[node.id] = {
      clauses,
      partials: rules.partials.map((clause) => link(clause, deliverPartial)),
      default: rules.default && link(rules.default, deliver),
      index: traced ? undefined : RuleIndex.of(rules.clauses, clauses),
      uniform: isUniform(clauses),
    }
  }
  return program
}

function linkClause(program: Program, clause: PlannedClause, deliver: Deliver, traced: boolean): LinkedClause {
  const linker = new Linker(program, clause.place.source, traced)
  const resultSlot = clause.slots
  const branches = clause.branches.map((branch) => linker.body(branch.body, deliver(branch, linker, resultSlot)))
  return {
    branches,
    argumentSlots: clause.args.map(({ slot }) => slot),
    slots: clause.slots + 1,
    resultSlot,
    weight: 4 + Math.max(...clause.branches.map(({ body }) => linker.weigh(body))),
    place: clause.place,
    constant: constantOf(clause),
  }
}

function constantOf(clause: PlannedClause): Value | undefined {
  const [branch] = clause.branches
  return clause.branches.length === 1 && branch?.value.kind === 'constant' ? branch.value.value : undefined
}

function isUniform(clauses: readonly LinkedClause[]): boolean {
  const first = clauses[0]?.constant
  return first !== undefined && clauses.every(({ constant }) => constant !== undefined && equalValues(first, constant))
}

function deliverValue(isFunction: boolean): Deliver {
  return (branch, linker, resultSlot) => {
    const value = linker.term(branch.value)
    const { single } = branch
    return (context, frame) => {
      const found = value(context, frame)
      if (found === undefined) return false
      const before = frame[resultSlot] as Value | undefined
      if (before === undefined) frame[resultSlot] = found
      else if (!equalValues(before, found))
        throw conflict(isFunction ? FUNCTION_CONFLICT : RULE_CONFLICT, branch.body.place)
      if (linker.traced) context.run.settings.tracer?.result(branch)
      return single
    }
  }
}

const deliverMember: Deliver = (branch, linker, resultSlot) => {
  const key = linker.term(branch.key!)
  return (context, frame) => {
    const found = key(context, frame)
    if (found === undefined) return false
    context.run.memory(MEMBER_BYTES)
    context.run.keep(found)
    ;(frame[resultSlot] as Map<MapKey, Value>).set(keyOf(found), found)
    if (linker.traced) context.run.settings.tracer?.result(branch)
    return branch.single
  }
}

const deliverPartial: Deliver = (branch, linker, resultSlot) => {
  const path = branch.path.map((term) => linker.term(term))
  const isMember = branch.key !== undefined
  const value = linker.term(branch.key ?? branch.value)
  return (context, frame) => {
    const keys = evaluateAll(path, context, frame)
    const found = keys && value(context, frame)
    if (found === undefined) return false
    context.run.memory(MEMBER_BYTES * (keys!.length + 1))
    context.run.keep(found)
    ;(frame[resultSlot] as Extent).insert(keys!, found, isMember)
    if (linker.traced) context.run.settings.tracer?.result(branch)
    return branch.single
  }
}

function evaluateAll(terms: readonly Evaluate[], ...at: Parameters<Evaluate>): Value[] | undefined {
  const values: Value[] = []
  for (const term of terms) {
    const value = term(...at)
    if (value === undefined) return undefined
    values.push(value)
  }
  return values
}

/** A frame for the variables of a query. */
export function createFrame(slots: number): Frame {
  return new Array(slots)
}
