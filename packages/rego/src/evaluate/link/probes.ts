import type { Pattern, PlannedTerm, Step } from '../../compile/plan/plan.ts'
import { numberText, stringText, termText } from '../../value/index.ts'

/** A term worth showing when its expression does not hold. */
export interface Probed {
  readonly text: string
  readonly term: PlannedTerm
}

/** The paths, variables and calls that an expression stands on, each once. */
export function collectProbes(steps: readonly Step[]): Probed[] {
  const found = new Map<string, Probed>()
  for (const step of steps) collectStep(step, found)
  return [...found.values()]
}

function collectStep(step: Step, found: Map<string, Probed>): void {
  switch (step.kind) {
    case 'scan': {
      const end = step.path.findIndex((pattern) => pattern.kind !== 'equal')
      const known = step.path.slice(0, end).map((pattern) => (pattern as Pattern & { kind: 'equal' }).term)
      if (known.length > 0 || typeof step.root !== 'string') {
        collectTerm({ kind: 'path', root: step.root, path: known, at: step.at }, found)
      }
      collectPattern(step.value, found)
      break
    }
    case 'match':
      collectTerm(step.source, found)
      collectPattern(step.pattern, found)
      break
    case 'test':
      collectTerm(step.term, found)
      break
    case 'relation':
      collectTerm(step.call, found)
      break
    case 'each':
    case 'every':
      collectTerm(step.domain, found)
      break
    case 'not':
      for (const inner of step.steps) collectStep(inner, found)
  }
}

function collectPattern(pattern: Pattern, found: Map<string, Probed>): void {
  if (pattern.kind === 'equal') collectTerm(pattern.term, found)
}

function collectTerm(term: PlannedTerm, found: Map<string, Probed>): void {
  switch (term.kind) {
    case 'local':
      if (!term.variable.hidden) found.set(term.variable.name, { text: term.variable.name, term })
      break
    case 'path': {
      const text = describeTerm(term)
      found.set(text, { text, term })
      break
    }
    case 'call': {
      for (const argument of term.args) collectTerm(argument, found)
      const text = describeTerm(term)
      if (/^[\w.]+\(/.test(text)) found.set(text, { text, term })
      break
    }
    case 'array':
    case 'set':
      for (const item of term.items) collectTerm(item, found)
      break
    case 'object':
      for (const entry of term.entries) for (const part of entry) collectTerm(part, found)
  }
}

const INFIX: Readonly<Record<string, string>> = {
  equal: '==',
  neq: '!=',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
  plus: '+',
  minus: '-',
  mul: '*',
  div: '/',
  rem: '%',
  and: '&',
  or: '|',
  'internal.member_2': 'in',
}

/** A planned term as text for people. */
export function describeTerm(term: PlannedTerm): string {
  switch (term.kind) {
    case 'constant':
      return typeof term.value === 'number' ? numberText(term.value) : termText(term.value)
    case 'local':
      return term.variable.hidden ? '_' : term.variable.name
    case 'path': {
      const root = typeof term.root === 'string' ? term.root : describeTerm(term.root)
      return root + term.path.map(describePart).join('')
    }
    case 'call': {
      const infix = Object.hasOwn(INFIX, term.name) ? INFIX[term.name] : undefined
      const args = term.args.map(describeTerm)
      return infix ? args.join(` ${infix} `) : `${term.name}(${args.join(', ')})`
    }
    case 'array':
      return `[${term.items.map(describeTerm).join(', ')}]`
    case 'set':
      return `{${term.items.map(describeTerm).join(', ')}}`
    case 'object':
      return `{${term.entries.map(([key, value]) => `${describeTerm(key)}: ${describeTerm(value)}`).join(', ')}}`
    case 'comprehension':
      return term.makes === 'array' ? '[…]' : '{…}'
    case 'template':
      return '$"…"'
  }
}

function describePart(part: PlannedTerm): string {
  if (part.kind !== 'constant' || typeof part.value !== 'string') return `[${describeTerm(part)}]`
  return /^[A-Za-z_]\w*$/.test(part.value) ? `.${part.value}` : `[${stringText(part.value)}]`
}
