import type { ElseBranch, Rule, Term } from '../../syntax/index.ts'
import type { ResolvedBranch, ResolvedClause, ResolvedExpression, ResolvedTerm, Variable } from '../ir.ts'
import { constantLength } from '../rule-tree.ts'
import { resolveBody } from './body.ts'
import { collectDirectNames, patternNames } from './direct-names.ts'
import type { Resolver } from './resolver.ts'
import { FrameLayout, Scope } from './scope.ts'
import { resolveTerm } from './term.ts'

const TRUE: Term = { kind: 'scalar', at: 0, value: true }

/** Gives every name in a rule its meaning. Arguments that are not variables become expressions before the body. */
export function resolveRule(resolver: Resolver, rule: Rule): ResolvedClause {
  const layout = new FrameLayout()
  const outer = new Scope(layout, new Set())
  outer.isArguments = true
  const patterns: [Variable, Term][] = []
  const args = (rule.head.args ?? []).map((argument) => {
    if (argument.kind === 'variable' && !outer.declared.has(argument.name)) return outer.declare(argument.name)
    const variable = layout.create('$argument')
    patterns.push([variable, argument])
    for (const { name } of patternNames(argument)) {
      if (!name.startsWith('$') && !outer.declared.has(name)) outer.declare(name)
    }
    return variable
  })
  const own = { value: rule.head.value, body: rule.body, at: rule.head.at }
  const branches = [own, ...rule.elses].map((branch) => resolveBranch(resolver, outer, rule, branch, patterns))
  return {
    place: { source: resolver.source, at: rule.at },
    end: rule.end,
    args,
    branches,
    layout,
  }
}

function resolveBranch(
  resolver: Resolver,
  outer: Scope,
  rule: Rule,
  branch: Pick<ElseBranch, 'value' | 'body' | 'at'>,
  patterns: readonly [Variable, Term][],
): ResolvedBranch {
  const { head } = rule
  const dynamicPath = head.path.slice(constantLength(rule))
  const value = branch.value ?? TRUE
  const beside = [...patterns.map(([, term]) => term), ...dynamicPath, head.key, value]
  const scope = new Scope(outer.layout, collectDirectNames(branch.body, beside), outer)
  const matches = patterns.map(([variable, term]): ResolvedExpression => {
    const left: ResolvedTerm = { kind: 'local', variable, at: term.at }
    const right = resolveTerm(resolver, scope, term)
    return { kind: 'unify', negated: false, withs: [], at: term.at, end: term.at, left, right }
  })
  const body = resolveBody(resolver, scope, branch.body)
  return {
    body: [...matches, ...body],
    path: dynamicPath.map((term) => resolveTerm(resolver, scope, term)),
    key: head.key && resolveTerm(resolver, scope, head.key),
    value: resolveTerm(resolver, scope, value),
    at: branch.at,
  }
}
