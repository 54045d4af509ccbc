import type { Body, Call, Every, Expression, SomeIn, Term, TermExpression } from '../../syntax/index.ts'
import type { ResolvedExpression, ResolvedTerm } from '../ir.ts'
import { collectDirectNames, patternNames } from './direct-names.ts'
import { arityOf, type Resolver } from './resolver.ts'
import { Scope } from './scope.ts'
import { checkArity, findCallee, resolveAlternatives, resolveTerm } from './term.ts'
import { resolveWiths } from './with.ts'

/** Gives every name in a body its meaning, in the order of writing. Throws REGO_POLICY_INVALID, REGO_TYPE_INVALID. */
export function resolveBody(resolver: Resolver, scope: Scope, body: Body): ResolvedExpression[] {
  return body.flatMap((expression) => resolveExpression(resolver, scope, expression))
}

/** One expression; declarations alone leave none. */
export function resolveExpression(resolver: Resolver, scope: Scope, expression: Expression): ResolvedExpression[] {
  switch (expression.kind) {
    case 'some':
      for (const { name, at } of expression.variables) declare(resolver, scope, name, at)
      return []
    case 'some-in':
      return [resolveSomeIn(resolver, scope, expression)]
    case 'every':
      return [resolveEvery(resolver, scope, expression)]
    case 'term':
      return [resolveTermExpression(resolver, scope, expression)]
  }
}

function resolveTermExpression(resolver: Resolver, scope: Scope, expression: TermExpression): ResolvedExpression {
  const { negated, at, end, term } = expression
  const base = { negated, withs: resolveWiths(resolver, scope, expression.withs), at, end }
  if (term.kind !== 'call') return { kind: 'test', ...base, term: resolveTerm(resolver, scope, term) }
  if (term.name === 'print' && !resolver.globals.has('print')) {
    const args = term.args.map((argument) =>
      resolveAlternatives(
        resolver,
        scope,
        { kind: 'term', at: argument.at, negated: false, term: argument, withs: [], end },
        'set',
      ),
    )
    return { kind: 'print', ...base, args }
  }
  if (term.infix === ':=') {
    const right = resolveTerm(resolver, scope, term.args[1]!)
    const left = declarePattern(resolver, scope, term.args[0]!)
    return { kind: 'unify', ...base, left, right }
  }
  if (term.infix === '=' || ((term.name === 'eq' || term.name === 'assign') && term.args.length === 2)) {
    const [left, right] = term.args.map((argument) => resolveTerm(resolver, scope, argument))
    return { kind: 'unify', ...base, left: left!, right: right! }
  }
  return resolveCallExpression(resolver, scope, term, base)
}

/** A call may name its result as one more argument. */
function resolveCallExpression(
  resolver: Resolver,
  scope: Scope,
  call: Call,
  base: Pick<ResolvedExpression, 'negated' | 'withs' | 'at' | 'end'>,
): ResolvedExpression {
  const callee = findCallee(resolver, scope, call)
  const maximum = callee ? arityOf(callee).maximum : call.args.length
  if (callee && call.args.length === maximum + 1 && !resolver.constantCalls.has(call.name)) {
    const left = resolveTerm(resolver, scope, call.args.at(-1)!)
    const shortened = { ...call, args: call.args.slice(0, -1) }
    checkArity(resolver, shortened, arityOf(callee))
    return { kind: 'unify', ...base, left, right: resolveTerm(resolver, scope, shortened) }
  }
  return { kind: 'test', ...base, term: resolveTerm(resolver, scope, call) }
}

function resolveSomeIn(resolver: Resolver, scope: Scope, expression: SomeIn): ResolvedExpression {
  const withs = resolveWiths(resolver, scope, expression.withs)
  const domain = resolveTerm(resolver, scope, expression.domain)
  const key = expression.key && declarePattern(resolver, scope, expression.key)
  const value = declarePattern(resolver, scope, expression.value)
  return { kind: 'each', negated: false, withs, at: expression.at, end: expression.end, key, value, domain }
}

function resolveEvery(resolver: Resolver, scope: Scope, expression: Every): ResolvedExpression {
  const withs = resolveWiths(resolver, scope, expression.withs)
  const domain = resolveTerm(resolver, scope, expression.domain)
  const inner = new Scope(scope.layout, collectDirectNames(expression.body, []), scope)
  const key = expression.key && inner.declare(expression.key.name)
  const value = inner.declare(expression.value.name)
  const body = resolveBody(resolver, new Scope(scope.layout, inner.direct, inner), expression.body)
  const { at, end } = expression
  return { kind: 'every', negated: false, withs, at, end, key, value, domain, body, reads: inner.reads }
}

/** Introduces the variables on the left of `:=` or of `some … in`; keys of objects are read, not introduced. */
function declarePattern(resolver: Resolver, scope: Scope, pattern: Term): ResolvedTerm {
  for (const { name, at } of patternNames(pattern)) {
    if (!name.startsWith('$')) declare(resolver, scope, name, at)
  }
  return resolveTerm(resolver, scope, pattern)
}

function declare(resolver: Resolver, scope: Scope, name: string, at: number): void {
  if ((name === 'input' || name === 'data') && resolver.version === 'v1') {
    throw resolver.error('REGO_POLICY_INVALID', at, `variables must not shadow ${name} (use a different variable name)`)
  }
  if (scope.declared.has(name)) throw resolver.error('REGO_POLICY_INVALID', at, `var ${name} assigned above`)
  if (scope.variables.has(name)) throw resolver.error('REGO_POLICY_INVALID', at, `var ${name} referenced above`)
  if (scope.parent?.isArguments && scope.parent.declared.has(name)) {
    throw resolver.error('REGO_POLICY_INVALID', at, `arg ${name} redeclared`)
  }
  scope.declare(name)
}
