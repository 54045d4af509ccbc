import type { PlannedClause, PlannedTerm, Step } from '../compile/plan/plan.ts'
import type { MapKey, Value } from '../value/index.ts'
import type { Context } from './context.ts'
import { indexMember } from './documents/index-value.ts'
import type { LinkedClause } from './program.ts'

/** Fewest clauses for which looking up beats trying. */
const MIN_CLAUSES = 8

/** A clause that begins by comparing a place of the input with a constant. */
interface Discriminated {
  readonly names: readonly string[]
  readonly value: MapKey
}

/** Finds the clauses of a rule that can hold under an input, where many of them begin with the same question. */
export class RuleIndex {
  private readonly names: readonly string[]
  private readonly byValue: ReadonlyMap<MapKey, readonly LinkedClause[]>
  private readonly others: readonly LinkedClause[]

  private constructor(
    names: readonly string[],
    byValue: ReadonlyMap<MapKey, readonly LinkedClause[]>,
    others: readonly LinkedClause[],
  ) {
    this.names = names
    this.byValue = byValue
    this.others = others
  }

  /** An index over the place that most clauses ask for; undefined where it would not help. */
  static of(planned: readonly PlannedClause[], linked: readonly LinkedClause[]): RuleIndex | undefined {
    if (planned.length < MIN_CLAUSES) return undefined
    const questions = planned.map(discriminate)
    const names = mostCommon(questions)
    if (!names) return undefined
    const path = names.join('\0')
    const asks = (i: number): boolean => questions[i]?.names.join('\0') === path
    const others = linked.filter((_, i) => !asks(i))
    const byValue = new Map<MapKey, LinkedClause[]>()
    for (const [i, question] of questions.entries()) if (question && asks(i)) byValue.set(question.value, [])
    for (const [value, clauses] of byValue) {
      clauses.push(...linked.filter((_, i) => !asks(i) || questions[i]!.value === value))
    }
    return new RuleIndex(names, byValue, others)
  }

  /** The clauses to try, in the order of writing. */
  candidates(context: Context): readonly LinkedClause[] {
    let value: Value | undefined = context.input
    for (const name of this.names) value = indexMember(value, name)
    if (value === undefined || (typeof value === 'object' && value !== null)) return this.others
    return this.byValue.get(value) ?? this.others
  }
}

function mostCommon(questions: readonly (Discriminated | undefined)[]): readonly string[] | undefined {
  const counts = new Map<string, number>()
  for (const question of questions) {
    if (question) counts.set(question.names.join('\0'), (counts.get(question.names.join('\0')) ?? 0) + 1)
  }
  const [path, count] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? ['', 0]
  return count >= MIN_CLAUSES ? path.split('\0') : undefined
}

/** The first question of a clause that has no other branch, if it is of this kind. */
function discriminate({ branches }: PlannedClause): Discriminated | undefined {
  const step = branches.length === 1 ? branches[0]!.body.expressions[0]?.steps[0] : undefined
  if (!step) return undefined
  const [left, right] = comparedTerms(step)
  return question(left, right) ?? question(right, left)
}

function comparedTerms(step: Step): [PlannedTerm | undefined, PlannedTerm | undefined] {
  if (step.kind === 'match' && step.pattern.kind === 'equal') return [step.source, step.pattern.term]
  if (step.kind !== 'test' || step.term.kind !== 'call' || step.term.name !== 'equal') return [undefined, undefined]
  return [step.term.args[0], step.term.args[1]]
}

function question(path: PlannedTerm | undefined, constant: PlannedTerm | undefined): Discriminated | undefined {
  if (path?.kind !== 'path' || path.root !== 'input' || constant?.kind !== 'constant') return undefined
  const { value } = constant
  if (value !== null && typeof value === 'object') return undefined
  const names: string[] = []
  for (const part of path.path) {
    if (part.kind !== 'constant' || typeof part.value !== 'string' || part.value.includes('\0')) return undefined
    names.push(part.value)
  }
  return names.length === 0 ? undefined : { names, value }
}
