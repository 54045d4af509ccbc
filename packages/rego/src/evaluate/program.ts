import type { Place } from '../compile/ir.ts'
import type { RuleNode } from '../compile/rule-tree.ts'
import { RegoError } from '../errors.ts'
import { equalValues, type MapKey, RegoSet, type Value } from '../value/index.ts'
import { BUSY, type Context, type Frame, type Move, NONE } from './context.ts'
import { conflict, Extent } from './documents/extent.ts'
import type { RuleIndex } from './rule-index.ts'

/** A rule as code. Its branches are tried in order until one leaves a value in `resultSlot`. */
export interface LinkedClause {
  readonly branches: readonly Move[]
  readonly argumentSlots: readonly number[]
  readonly slots: number
  readonly resultSlot: number
  /** How deep its evaluation may nest calls of the host's stack. */
  readonly weight: number
  /** Where it stands in the text. */
  readonly place: Place
  /** Its only possible value, where that is known. */
  readonly constant: Value | undefined
}

/** The rules of one path as code. */
export interface LinkedRules {
  readonly clauses: readonly LinkedClause[]
  readonly partials: readonly LinkedClause[]
  readonly default: LinkedClause | undefined
  /** Finds the clauses worth trying. */
  readonly index: RuleIndex | undefined
  /** All clauses have the same constant value: the first that holds decides. */
  readonly uniform: boolean
}

/** A policy as code. */
export class Program {
  readonly root: RuleNode
  /** Filled by the linker, by the id of the node. */
  readonly rules: (LinkedRules | undefined)[] = []

  constructor(root: RuleNode) {
    this.root = root
  }

  /** The value of a complete rule or of a set of members. */
  ruleValue(context: Context, node: RuleNode): Value | undefined {
    const known = context.values[node.id]
    if (known !== undefined) {
      if (known === NONE) return undefined
      if (known === BUSY) throw recursion(node)
      return known as Value
    }
    if (node.kind === 'function') return undefined
    context.values[node.id] = BUSY
    const value = node.kind === 'members' ? this.members(context, node) : this.complete(context, node, NO_ARGUMENTS)
    context.values[node.id] = value === undefined ? NONE : value
    return value
  }

  /** The result of a function. */
  call(context: Context, node: RuleNode, args: readonly Value[]): Value | undefined {
    return this.complete(context, node, args)
  }

  /** What the partial rules of a node define. */
  extent(context: Context, node: RuleNode): Extent {
    const known = context.extents[node.id]
    if (known === BUSY) throw recursion(node)
    if (known) return known
    context.extents[node.id] = BUSY
    const extent = new Extent()
    for (const clause of this.rules[node.id]!.partials) run(context, clause, NO_ARGUMENTS, extent)
    context.extents[node.id] = extent
    return extent
  }

  private members(context: Context, node: RuleNode): Value {
    const members = new Map<MapKey, Value>()
    for (const clause of clausesUnder(context, this.rules[node.id]!)) run(context, clause, NO_ARGUMENTS, members)
    return members.size === 0 ? RegoSet.EMPTY : new RegoSet(members)
  }

  private complete(context: Context, node: RuleNode, args: readonly Value[]): Value | undefined {
    const linked = this.rules[node.id]!
    let result: Value | undefined
    for (const clause of clausesUnder(context, linked)) {
      const value = run(context, clause, args, undefined) as Value | undefined
      if (value === undefined) continue
      if (result === undefined) {
        result = value
        if (linked.uniform) return result
      } else if (!equalValues(result, value)) {
        throw conflict(node.kind === 'function' ? FUNCTION_CONFLICT : RULE_CONFLICT, clause.place)
      }
    }
    if (result !== undefined || linked.default === undefined) return result
    return run(context, linked.default, args, undefined) as Value | undefined
  }
}

/** What the error of two values for one rule says. */
export const RULE_CONFLICT = 'complete rules must not produce multiple outputs'
/** What the error of two results for one call says. */
export const FUNCTION_CONFLICT = 'functions must not produce multiple outputs for same inputs'
const NO_ARGUMENTS: readonly Value[] = []

/** The clauses worth trying; all where a comparison may be replaced. */
function clausesUnder(context: Context, rules: LinkedRules): readonly LinkedClause[] {
  return rules.index && context.mocks === undefined ? rules.index.candidates(context) : rules.clauses
}

/** Runs a clause in a frame of its own; `result` is what it collects into. */
function run(context: Context, clause: LinkedClause, args: readonly Value[], result: unknown): unknown {
  const frame: Frame = new Array(clause.slots)
  frame[clause.resultSlot] = result
  const { argumentSlots } = clause
  for (let i = 0; i < argumentSlots.length; i++) frame[argumentSlots[i]!] = args[i]
  context.run.descend(clause.weight)
  context.run.step()
  for (const branch of clause.branches) {
    branch(context, frame)
    if (frame[clause.resultSlot] !== undefined && result === undefined) break
  }
  context.run.depth -= clause.weight
  return frame[clause.resultSlot]
}

function recursion(node: RuleNode): RegoError {
  return new RegoError('REGO_RULE_RECURSIVE', `rule ${node.name} is recursive`)
}
