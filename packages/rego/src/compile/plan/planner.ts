import type { ComprehensionTerm, Place, ResolvedExpression, ResolvedTerm, Variable } from '../ir.ts'
import type { FrameLayout } from '../resolve/scope.ts'
import {
  type Decision,
  decide,
  isEvaluable,
  isPattern,
  isSubset,
  type Known,
  mentionedVariables,
  type ScanTerm,
} from './analysis.ts'
import type { Pattern, PlannedBody, PlannedExpression, PlannedTerm, PlannedWith, Step } from './plan.ts'
import { Queue } from './queue.ts'

/** Orders the expressions of a rule so that every variable has a value when it is read. */
export class Planner {
  /** Variables that had values before the first step that may go on several times; undefined while there is none. */
  beforeChoice: Known | undefined
  private readonly place: Place
  private readonly layout: FrameLayout
  /** Terms found by an earlier step, and where. */
  private readonly found = new Map<ResolvedTerm, PlannedTerm>()

  constructor(place: Place, layout: FrameLayout) {
    this.place = place
    this.layout = layout
  }

  /** Plans a body; `known` grows by the variables it gives values to. Throws REGO_VARIABLE_UNSAFE. */
  planBody(
    body: readonly ResolvedExpression[],
    known: Known,
    beside: readonly (ResolvedTerm | undefined)[] = [],
  ): PlannedBody {
    const expressions: PlannedExpression[] = []
    const queue = new Queue(body, (expression) => this.isReady(expression, known))
    while (queue.size > 0) {
      const expression = queue.take()
      if (!expression) throw this.unsafe(queue.rest(), known)
      const before = known.size
      const steps = this.planExpression(expression, known)
      if (known.size > before) queue.recheck(known)
      expressions.push({ at: expression.at, end: expression.end, negated: expression.negated, steps })
    }
    const terms = beside.filter((term) => term !== undefined)
    const steps: Step[] = []
    this.emit(this.decideTerms(terms, known), known, steps)
    if (steps.length > 0) expressions.push({ at: this.place.at, end: this.place.at, negated: false, steps })
    return { place: this.place, expressions }
  }

  /** Plans a term whose variables all have values. */
  planTerm(term: ResolvedTerm): PlannedTerm {
    const found = this.found.get(term)
    if (found) return found
    switch (term.kind) {
      case 'constant':
      case 'local':
        return term
      case 'path': {
        const root = typeof term.root === 'string' ? term.root : this.planTerm(term.root)
        return { kind: 'path', root, path: term.path.map((part) => this.planTerm(part)), at: term.at }
      }
      case 'call':
        return { ...term, args: term.args.map((argument) => this.planTerm(argument)) }
      case 'array':
      case 'set':
        return { kind: term.kind, items: term.items.map((item) => this.planTerm(item)) }
      case 'object':
        return {
          kind: 'object',
          entries: term.entries.map(([key, value]) => [this.planTerm(key), this.planTerm(value)]),
        }
      case 'comprehension':
        return this.planComprehension(term)
      case 'template':
        return {
          kind: 'template',
          parts: term.parts.map((part) => (typeof part === 'string' ? part : this.planTerm(part))),
        }
    }
  }

  private planComprehension(term: ComprehensionTerm): PlannedTerm {
    const slot = this.layout.create('$members').slot
    const inner = new Planner(this.place, this.layout)
    const body = inner.planBody(term.body, new Set(term.reads), [term.key, term.value])
    const key = term.key && inner.planTerm(term.key)
    return { kind: 'comprehension', makes: term.makes, body, key, value: inner.planTerm(term.value), slot, at: term.at }
  }

  private isReady(expression: ResolvedExpression, known: Known): boolean {
    if (expression.negated) return isSubset(mentionedVariables(expression), known)
    const trial = new Set(known)
    const values = expression.withs.map(({ value }) => value)
    if (values.length > 0 && !decide(values, [], trial)) return false
    switch (expression.kind) {
      case 'test':
        return decide([expression.term], [], trial) !== undefined
      case 'unify':
        return decide([], [[expression.left, expression.right]], trial) !== undefined
      case 'each':
      case 'every':
        if (!decide([expression.domain], [], trial)) return false
        if (expression.kind === 'every') return isSubset(expression.reads, trial)
        return [expression.key, expression.value].every((term) => !term || isPattern(term, trial))
      case 'print':
        return expression.args.every((argument) => isSubset(argument.reads, trial))
    }
  }

  private planExpression(expression: ResolvedExpression, known: Known): Step[] {
    const outer: Step[] = []
    const modifiers = this.planWiths(expression, known, outer)
    const inner: Step[] = []
    if (expression.negated) {
      const steps: Step[] = []
      const { beforeChoice } = this
      this.planPlain(expression, new Set(known), steps)
      this.beforeChoice = beforeChoice
      inner.push({ kind: 'not', steps })
    } else {
      this.planPlain(expression, known, inner)
    }
    if (modifiers.length === 0) return [...outer, ...inner]
    const slot = this.layout.create('$context').slot
    return [...outer, { kind: 'with', modifiers, steps: inner, slot, at: expression.at }]
  }

  private planWiths(expression: ResolvedExpression, known: Known, steps: Step[]): PlannedWith[] {
    const values = expression.withs.map(({ value }) => value)
    this.emit(this.decideTerms(values, known), known, steps)
    return expression.withs.map(({ target, value, replacement }) => ({
      target,
      value: this.planTerm(value),
      replacement,
    }))
  }

  private planPlain(expression: ResolvedExpression, known: Known, steps: Step[]): void {
    switch (expression.kind) {
      case 'test':
        this.emit(this.decideTerms([expression.term], known), known, steps)
        steps.push({ kind: 'test', term: this.planTerm(expression.term) })
        break
      case 'unify': {
        const decisions = decide([], [[expression.left, expression.right]], new Set(known))
        this.emit(decisions!, known, steps)
        break
      }
      case 'each': {
        this.emit(this.decideTerms([expression.domain], known), known, steps)
        this.noteChoice(known)
        const domain = this.planTerm(expression.domain)
        const key = expression.key && this.planPattern(expression.key, known)
        const value = this.planPattern(expression.value, known)
        steps.push({ kind: 'each', domain, key, value })
        break
      }
      case 'every': {
        this.emit(this.decideTerms([expression.domain], known), known, steps)
        const domain = this.planTerm(expression.domain)
        const own = new Set(known).add(expression.value)
        if (expression.key) own.add(expression.key)
        const body = new Planner(this.place, this.layout).planBody(expression.body, own)
        steps.push({ kind: 'every', domain, key: expression.key, value: expression.value, body })
        break
      }
      case 'print':
        steps.push({ kind: 'print', args: expression.args.map((argument) => this.planTerm(argument)) })
    }
  }

  private decideTerms(terms: readonly ResolvedTerm[], known: Known): Decision[] {
    const decisions = terms.length === 0 ? [] : decide(terms, [], new Set(known))
    if (!decisions)
      throw this.unsafeVariables(
        terms.flatMap((term) => [...variablesOf(term)]),
        known,
      )
    return decisions
  }

  /** Turns decisions into steps, giving values to their variables on the way. */
  private emit(decisions: readonly Decision[], known: Known, steps: Step[]): void {
    for (const decision of decisions) {
      if (decision.kind === 'scan') this.emitScan(decision.term, known, steps)
      else this.emitMatch(decision.source, decision.pattern, known, steps)
    }
  }

  private emitScan(term: ScanTerm, known: Known, steps: Step[]): void {
    if (this.found.has(term)) return
    this.noteChoice(known)
    const variable = this.layout.create('$found')
    const value: Pattern = { kind: 'bind', variable }
    if (term.kind === 'call') {
      const args = term.args.map((argument) => this.planTerm(argument))
      steps.push({ kind: 'relation', call: { ...term, args }, pattern: value })
    } else {
      const root = typeof term.root === 'string' ? term.root : this.planTerm(term.root)
      const path = term.path.map((part) => this.planPattern(part, known))
      steps.push({ kind: 'scan', root, path, value, at: term.at })
    }
    this.found.set(term, { kind: 'local', variable, at: term.at })
    known.add(variable)
  }

  /** Holds what was just found against a pattern in the step that finds it, where that is the last one. */
  private emitMatch(source: ResolvedTerm, pattern: ResolvedTerm, known: Known, steps: Step[]): void {
    const last = steps.at(-1)
    const found = this.found.get(source)
    if (last && found?.kind === 'local') {
      const held = last.kind === 'scan' ? last.value : last.kind === 'relation' ? last.pattern : undefined
      if (held?.kind === 'bind' && held.variable === found.variable) {
        const planned = this.planPattern(pattern, known)
        steps[steps.length - 1] =
          last.kind === 'scan'
            ? { ...last, value: planned }
            : { ...(last as typeof last & { kind: 'relation' }), pattern: planned }
        this.found.delete(source)
        return
      }
    }
    const planned = this.planTerm(source)
    steps.push({ kind: 'match', source: planned, pattern: this.planPattern(pattern, known) })
  }

  private planPattern(term: ResolvedTerm, known: Known): Pattern {
    if (term.kind === 'local' && !known.has(term.variable)) {
      known.add(term.variable)
      return { kind: 'bind', variable: term.variable }
    }
    if (isEvaluable(term, known)) return { kind: 'equal', term: this.planTerm(term) }
    if (term.kind === 'array') return { kind: 'array', items: term.items.map((item) => this.planPattern(item, known)) }
    if (term.kind === 'object') {
      return {
        kind: 'object',
        entries: term.entries.map(([key, value]) => [this.planTerm(key), this.planPattern(value, known)]),
      }
    }
    throw this.unsafeVariables([...variablesOf(term)], known)
  }

  private noteChoice(known: Known): void {
    this.beforeChoice ??= new Set(known)
  }

  private unsafe(waiting: readonly ResolvedExpression[], known: Known): Error {
    return this.unsafeVariables(
      waiting.flatMap((expression) => [...mentionedVariables(expression)]),
      known,
      waiting[0]!.at,
    )
  }

  private unsafeVariables(variables: readonly Variable[], known: Known, at = this.place.at): Error {
    const names = new Set(variables.filter((v) => !known.has(v) && !v.hidden).map((v) => v.name))
    const list = [...names].join(', ')
    const message =
      names.size === 0 ? 'expression is unsafe' : names.size === 1 ? `var ${list} is unsafe` : `vars ${list} are unsafe`
    return this.place.source.error('REGO_VARIABLE_UNSAFE', at, message)
  }
}

function variablesOf(term: ResolvedTerm): Known {
  return mentionedVariables({ kind: 'test', negated: false, withs: [], at: 0, end: 0, term })
}
