import type { Pattern, PlannedBody, PlannedTerm, Step } from './plan.ts'

/** Visits the bodies directly inside steps: of `every` and of comprehensions. */
export function walkBodies(steps: readonly Step[], visit: (body: PlannedBody) => void): void {
  walkSteps(
    steps,
    (step) => {
      if (step.kind === 'every') visit(step.body)
    },
    (term) => {
      if (term.kind === 'comprehension') visit(term.body)
    },
  )
}

/** Visits steps and terms, not those inside bodies of their own. */
export function walkSteps(
  steps: readonly Step[],
  visitStep: (step: Step) => void,
  visitTerm: (term: PlannedTerm) => void,
): void {
  for (const step of steps) {
    visitStep(step)
    for (const term of termsOf(step)) walkTerm(term, visitTerm)
    if (step.kind === 'not' || step.kind === 'with') walkSteps(step.steps, visitStep, visitTerm)
  }
}

/** Visits a term and the terms in it. */
export function walkTerm(term: PlannedTerm, visit: (term: PlannedTerm) => void): void {
  visit(term)
  switch (term.kind) {
    case 'path':
      if (typeof term.root !== 'string') walkTerm(term.root, visit)
      for (const part of term.path) walkTerm(part, visit)
      break
    case 'call':
      for (const argument of term.args) walkTerm(argument, visit)
      break
    case 'array':
    case 'set':
      for (const item of term.items) walkTerm(item, visit)
      break
    case 'object':
      for (const entry of term.entries) for (const part of entry) walkTerm(part, visit)
      break
    case 'template':
      for (const part of term.parts) if (typeof part !== 'string') walkTerm(part, visit)
  }
}

function termsOf(step: Step): PlannedTerm[] {
  switch (step.kind) {
    case 'scan':
      return [
        ...(typeof step.root === 'string' ? [] : [step.root]),
        ...step.path.flatMap(patternTerms),
        ...patternTerms(step.value),
      ]
    case 'match':
      return [step.source, ...patternTerms(step.pattern)]
    case 'test':
      return [step.term]
    case 'relation':
      return [step.call, ...patternTerms(step.pattern)]
    case 'each':
      return [step.domain, ...(step.key ? patternTerms(step.key) : []), ...patternTerms(step.value)]
    case 'every':
      return [step.domain]
    case 'with':
      return step.modifiers.map(({ value }) => value)
    case 'print':
      return [...step.args]
    case 'not':
      return []
  }
}

function patternTerms(pattern: Pattern): PlannedTerm[] {
  switch (pattern.kind) {
    case 'bind':
      return []
    case 'equal':
      return [pattern.term]
    case 'array':
      return pattern.items.flatMap(patternTerms)
    case 'object':
      return pattern.entries.flatMap(([key, item]) => [key, ...patternTerms(item)])
  }
}
