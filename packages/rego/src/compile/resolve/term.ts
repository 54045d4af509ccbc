import type {
  Call,
  Comprehension,
  Expression,
  Variable as Name,
  Reference,
  Template,
  Term,
} from '../../syntax/index.ts'
import { RegoObject, RegoSet, type Value } from '../../value/index.ts'
import type { Callee, ComprehensionTerm, ResolvedTerm } from '../ir.ts'
import { resolveBody, resolveExpression } from './body.ts'
import { collectDirectNames } from './direct-names.ts'
import { arityOf, type Resolver } from './resolver.ts'
import { Scope } from './scope.ts'

/** Built-ins of version 0 that version 1 does without. */
const DEPRECATED: ReadonlySet<string> = new Set([
  'all',
  'any',
  'cast_array',
  'cast_boolean',
  'cast_null',
  'cast_object',
  'cast_set',
  'cast_string',
  'net.cidr_overlap',
  're_match',
  'set_diff',
])

/** Gives every name in a term its meaning. Throws REGO_TYPE_INVALID for unknown functions and wrong arities. */
export function resolveTerm(resolver: Resolver, scope: Scope, term: Term): ResolvedTerm {
  switch (term.kind) {
    case 'scalar':
      return { kind: 'constant', value: term.value }
    case 'variable':
      return resolveName(resolver, scope, term)
    case 'reference':
      return resolveReference(resolver, scope, term)
    case 'call':
      return resolveCall(resolver, scope, term)
    case 'array':
    case 'set': {
      const items = term.items.map((item) => resolveTerm(resolver, scope, item))
      return foldItems(term.kind, items) ?? { kind: term.kind, items }
    }
    case 'object': {
      const entries = term.entries.map(
        ([key, value]) => [resolveTerm(resolver, scope, key), resolveTerm(resolver, scope, value)] as const,
      )
      return foldEntries(entries) ?? { kind: 'object', entries }
    }
    case 'comprehension':
      return resolveComprehension(resolver, scope, term)
    case 'template':
      return resolveTemplate(resolver, scope, term)
  }
}

/** The function that a call names; an operator is the built-in whatever rules are called. */
export function findCallee(resolver: Resolver, scope: Scope, call: Call): Callee | undefined {
  if (call.infix === undefined) return scope.find(call.names[0]!) ? undefined : resolver.findFunction(call.names)
  const builtin = resolver.builtins.get(call.name)
  return builtin && { builtin }
}

/** Checks the number of arguments; a call in an expression of its own may give its result one more. */
export function checkArity(resolver: Resolver, call: Call, range: { minimum: number; maximum: number }): void {
  const count = call.args.length
  if (count >= range.minimum && count <= range.maximum) return
  throw resolver.error(
    'REGO_TYPE_INVALID',
    call.at,
    `${call.name}: arity mismatch: has ${count} arguments, takes ${
      range.minimum === range.maximum ? range.minimum : `${range.minimum} to ${range.maximum}`
    }`,
  )
}

function resolveName(resolver: Resolver, scope: Scope, name: Name): ResolvedTerm {
  const local = scope.find(name.name)
  if (local) return { kind: 'local', variable: local, at: name.at }
  const global = resolver.globals.get(name.name)
  if (global) return { kind: 'path', root: global.root, path: global.path.map(constant), at: name.at }
  return { kind: 'local', variable: scope.imply(name.name), at: name.at }
}

function resolveReference(resolver: Resolver, scope: Scope, reference: Reference): ResolvedTerm {
  const head = resolveTerm(resolver, scope, reference.head)
  const path = reference.path.map((part) => resolveTerm(resolver, scope, part))
  if (head.kind === 'path') return { ...head, path: [...head.path, ...path], at: reference.at }
  return { kind: 'path', root: head, path, at: reference.at }
}

function resolveCall(resolver: Resolver, scope: Scope, call: Call): ResolvedTerm {
  const constantCall = resolver.constantCalls.get(call.name)
  if (constantCall && call.args.length === 0) return constant(constantCall())
  const callee = findCallee(resolver, scope, call)
  if (!callee) throw resolver.error('REGO_TYPE_INVALID', call.at, `undefined function ${call.name}`)
  if ('builtin' in callee && resolver.version === 'v1' && DEPRECATED.has(call.name)) {
    throw resolver.error('REGO_TYPE_INVALID', call.at, `deprecated built-in function calls in expression: ${call.name}`)
  }
  checkArity(resolver, call, arityOf(callee))
  const args = call.args.map((argument) => resolveTerm(resolver, scope, argument))
  return { kind: 'call', name: call.name, callee, args, at: call.at }
}

function resolveComprehension(resolver: Resolver, scope: Scope, term: Comprehension): ComprehensionTerm {
  const inner = new Scope(scope.layout, collectDirectNames(term.body, [term.key, term.value]), scope)
  const body = resolveBody(resolver, inner, term.body)
  const key = term.key && resolveTerm(resolver, inner, term.key)
  const value = resolveTerm(resolver, inner, term.value)
  return { kind: 'comprehension', makes: term.makes, key, value, body, reads: inner.reads, at: term.at }
}

function resolveTemplate(resolver: Resolver, scope: Scope, term: Template): ResolvedTerm {
  const parts = term.parts.map((part) =>
    typeof part === 'string' ? part : resolveAlternatives(resolver, scope, part, 'text'),
  )
  if (parts.every((part) => typeof part === 'string')) return constant(parts.join(''))
  return { kind: 'template', parts }
}

/** An expression as a closure that collects what it may be. Throws REGO_POLICY_INVALID unless it is a plain term. */
export function resolveAlternatives(
  resolver: Resolver,
  scope: Scope,
  expression: Expression,
  makes: 'set' | 'text',
): ComprehensionTerm {
  if (expression.kind !== 'term' || expression.negated) {
    throw resolver.error('REGO_POLICY_INVALID', expression.at, 'a template holds terms only')
  }
  const inner = new Scope(scope.layout, collectDirectNames([expression], []), scope)
  const variable = inner.layout.create('$value')
  const value: ResolvedTerm = { kind: 'local', variable, at: expression.at }
  const tested = resolveExpression(resolver, inner, { ...expression, withs: expression.withs })
  const body = tested.map((item) =>
    item.kind === 'test' ? { ...item, kind: 'unify' as const, left: value, right: item.term } : item,
  )
  return { kind: 'comprehension', makes, key: undefined, value, body, reads: inner.reads, at: expression.at }
}

function foldItems(kind: 'array' | 'set', items: readonly ResolvedTerm[]): ResolvedTerm | undefined {
  const values: Value[] = []
  for (const item of items) {
    if (item.kind !== 'constant') return undefined
    values.push(item.value)
  }
  return constant(kind === 'array' ? values : RegoSet.of(values))
}

function foldEntries(entries: readonly (readonly [ResolvedTerm, ResolvedTerm])[]): ResolvedTerm | undefined {
  const values: [Value, Value][] = []
  for (const [key, value] of entries) {
    if (key.kind !== 'constant' || value.kind !== 'constant') return undefined
    values.push([key.value, value.value])
  }
  return constant(RegoObject.of(values))
}

function constant(value: Value): ResolvedTerm {
  return { kind: 'constant', value }
}
