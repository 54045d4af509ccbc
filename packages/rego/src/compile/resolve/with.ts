import type { Term, WithModifier } from '../../syntax/index.ts'
import type { Callee, ResolvedWith, WithTarget } from '../ir.ts'
import type { Resolver } from './resolver.ts'
import type { Scope } from './scope.ts'
import { resolveTerm } from './term.ts'

/** Resolves what `with` replaces and by what. Throws REGO_TYPE_INVALID for targets that cannot be replaced. */
export function resolveWiths(resolver: Resolver, scope: Scope, withs: readonly WithModifier[]): ResolvedWith[] {
  return withs.map((modifier) => {
    const target = resolveTarget(resolver, modifier)
    const replacement = target.kind === 'function' ? functionNamed(resolver, scope, modifier.value) : undefined
    const value = replacement
      ? ({ kind: 'constant', value: null } as const)
      : resolveTerm(resolver, scope, modifier.value)
    return { target, value, replacement }
  })
}

function resolveTarget(resolver: Resolver, modifier: WithModifier): WithTarget {
  const names = namesOf(modifier.target)
  if (names) {
    const [head = '', ...rest] = names
    const callee = resolver.findFunction(names)
    if (callee) return { kind: 'function', callee }
    const global = resolver.globals.get(head)
    if (global) return { kind: global.root, path: [...global.path, ...rest] }
  }
  throw resolver.error(
    'REGO_TYPE_INVALID',
    modifier.target.at,
    'with keyword target must reference existing input, data, or a function',
  )
}

function functionNamed(resolver: Resolver, scope: Scope, value: Term): Callee | undefined {
  const names = namesOf(value)
  return names && !scope.find(names[0]!) ? resolver.findFunction(names) : undefined
}

function namesOf(term: Term): string[] | undefined {
  if (term.kind === 'variable') return [term.name]
  if (term.kind !== 'reference' || term.head.kind !== 'variable') return undefined
  const names = [term.head.name]
  for (const part of term.path) {
    if (part.kind !== 'scalar' || typeof part.value !== 'string') return undefined
    names.push(part.value)
  }
  return names
}
