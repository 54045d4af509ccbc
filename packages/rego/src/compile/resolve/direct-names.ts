import type { Body, Expression, Variable as Name, Term } from '../../syntax/index.ts'

/**
 * The names of variables that stand in a body, or in terms beside it, outside comprehensions and inner bodies; without
 * those that the body itself introduces.
 */
export function collectDirectNames(body: Body, beside: readonly (Term | undefined)[]): Set<string> {
  const names = new Set<string>()
  for (const expression of body) collectExpression(expression, names)
  for (const term of beside) if (term) collectTerm(term, names)
  for (const expression of body) for (const { name } of declaredNames(expression)) names.delete(name)
  return names
}

/** The variables that an expression introduces by `:=` or `some`. */
export function declaredNames(expression: Expression): Name[] {
  switch (expression.kind) {
    case 'some':
      return [...expression.variables]
    case 'some-in':
      return [...(expression.key ? patternNames(expression.key) : []), ...patternNames(expression.value)]
    case 'term': {
      const { term } = expression
      return term.kind === 'call' && term.infix === ':=' ? patternNames(term.args[0]!) : []
    }
    default:
      return []
  }
}

/** The variables that a pattern binds: keys of objects are read, not bound. */
export function patternNames(pattern: Term): Name[] {
  switch (pattern.kind) {
    case 'variable':
      return [pattern]
    case 'array':
      return pattern.items.flatMap(patternNames)
    case 'object':
      return pattern.entries.flatMap(([, value]) => patternNames(value))
    default:
      return []
  }
}

function collectExpression(expression: Expression, names: Set<string>): void {
  switch (expression.kind) {
    case 'term':
      collectTerm(expression.term, names)
      break
    case 'some-in':
      for (const term of [expression.key, expression.value, expression.domain]) if (term) collectTerm(term, names)
      break
    case 'every':
      collectTerm(expression.domain, names)
      break
    case 'some':
      for (const variable of expression.variables) names.add(variable.name)
  }
  for (const { value } of expression.withs) collectTerm(value, names)
}

function collectTerm(term: Term, names: Set<string>): void {
  switch (term.kind) {
    case 'variable':
      names.add(term.name)
      break
    case 'reference':
      collectTerm(term.head, names)
      for (const part of term.path) collectTerm(part, names)
      break
    case 'call':
      for (const argument of term.args) collectTerm(argument, names)
      break
    case 'array':
    case 'set':
      for (const item of term.items) collectTerm(item, names)
      break
    case 'object':
      for (const [key, value] of term.entries) {
        collectTerm(key, names)
        collectTerm(value, names)
      }
  }
}
