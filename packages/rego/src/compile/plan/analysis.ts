import type { CallTerm, PathTerm, ResolvedExpression, ResolvedTerm, Variable } from '../ir.ts'

/** The variables that have a value at some point of a body. */
export type Known = Set<Variable>

/** A term that may have several values: found by a step before the terms that use it. */
export type ScanTerm = PathTerm | CallTerm

/** What an expression does, in order: finds what has many values, then holds terms against each other. */
export type Decision =
  | { readonly kind: 'scan'; readonly term: ScanTerm }
  | { readonly kind: 'match'; readonly source: ResolvedTerm; readonly pattern: ResolvedTerm }

/** Tells whether every variable that a term reads has a value. */
export function isEvaluable(term: ResolvedTerm, known: Known): boolean {
  switch (term.kind) {
    case 'constant':
      return true
    case 'local':
      return known.has(term.variable)
    case 'path':
      return (typeof term.root === 'string' || isEvaluable(term.root, known)) && allEvaluable(term.path, known)
    case 'call':
      return allEvaluable(term.args, known)
    case 'array':
    case 'set':
      return allEvaluable(term.items, known)
    case 'object':
      return term.entries.every(([key, value]) => isEvaluable(key, known) && isEvaluable(value, known))
    case 'comprehension':
      return isSubset(term.reads, known)
    case 'template':
      return term.parts.every((part) => typeof part === 'string' || isEvaluable(part, known))
  }
}

/** Tells whether every variable that any of the terms reads has a value. */
export function allEvaluable(terms: readonly ResolvedTerm[], known: Known): boolean {
  return terms.every((term) => isEvaluable(term, known))
}

/** Tells whether a value can be held against a term: unknown variables stand alone or inside arrays and objects. */
export function isPattern(term: ResolvedTerm, known: Known): boolean {
  switch (term.kind) {
    case 'local':
      return true
    case 'array':
      return term.items.every((item) => isPattern(item, known))
    case 'object':
      return term.entries.every(([key, value]) => isEvaluable(key, known) && isPattern(value, known))
    default:
      return isEvaluable(term, known)
  }
}

/**
 * Decides how the terms of an expression are found when `known` variables have values, and adds those it gives values
 * to. Undefined when some term cannot be found yet; `known` is then of no use.
 */
export function decide(
  terms: readonly ResolvedTerm[],
  pairs: readonly (readonly [ResolvedTerm, ResolvedTerm])[],
  known: Known,
): Decision[] | undefined {
  const decisions: Decision[] = []
  let scans = [...terms, ...pairs.flat()].flatMap((term) => collectScans(term))
  let open = [...pairs]
  for (let size = -1; size !== known.size && scans.length + open.length > 0; ) {
    size = known.size
    scans = scans.filter((term) => !decideScan(term, known, decisions))
    open = open.flatMap((pair) => decidePair(pair, known, decisions))
  }
  return scans.length + open.length === 0 && allEvaluable(terms, known) ? decisions : undefined
}

/** Variables that an expression mentions outside closures, and those that its closures read. */
export function mentionedVariables(expression: ResolvedExpression): Known {
  const found: Known = new Set()
  const add = (term: ResolvedTerm | undefined): void => {
    if (term) addVariables(term, found)
  }
  switch (expression.kind) {
    case 'test':
      add(expression.term)
      break
    case 'unify':
      add(expression.left)
      add(expression.right)
      break
    case 'each':
      add(expression.domain)
      add(expression.key)
      add(expression.value)
      break
    case 'every':
      add(expression.domain)
      for (const variable of expression.reads) found.add(variable)
      break
    case 'print':
      for (const argument of expression.args) add(argument)
  }
  for (const { value } of expression.withs) add(value)
  return found
}

/** Adds the variables of a term to a set. */
export function addVariables(term: ResolvedTerm, found: Known): void {
  switch (term.kind) {
    case 'local':
      found.add(term.variable)
      break
    case 'path':
      if (typeof term.root !== 'string') addVariables(term.root, found)
      for (const part of term.path) addVariables(part, found)
      break
    case 'call':
      for (const argument of term.args) addVariables(argument, found)
      break
    case 'array':
    case 'set':
      for (const item of term.items) addVariables(item, found)
      break
    case 'object':
      for (const entry of term.entries) for (const part of entry) addVariables(part, found)
      break
    case 'comprehension':
      for (const variable of term.reads) found.add(variable)
      break
    case 'template':
      for (const part of term.parts) if (typeof part !== 'string') addVariables(part, found)
  }
}

/** Tells whether all these variables have values. */
export function isSubset(variables: Iterable<Variable>, known: Known): boolean {
  for (const variable of variables) if (!known.has(variable)) return false
  return true
}

/** Paths and relations inside a term, innermost first; not those inside closures. */
function collectScans(term: ResolvedTerm): ScanTerm[] {
  switch (term.kind) {
    case 'path': {
      const inner = (typeof term.root === 'string' ? [] : collectScans(term.root)).concat(
        term.path.flatMap(collectScans),
      )
      return term.path.every((part) => part.kind === 'constant') ? inner : [...inner, term]
    }
    case 'call': {
      const inner = term.args.flatMap(collectScans)
      return isRelation(term) ? [...inner, term] : inner
    }
    case 'array':
    case 'set':
      return term.items.flatMap(collectScans)
    case 'object':
      return term.entries.flatMap((entry) => entry.flatMap(collectScans))
    case 'template':
      return term.parts.flatMap((part) => (typeof part === 'string' ? [] : collectScans(part)))
    default:
      return []
  }
}

function isRelation(term: CallTerm): boolean {
  return 'builtin' in term.callee && term.callee.builtin.relation === true
}

function decideScan(term: ScanTerm, known: Known, decisions: Decision[]): boolean {
  if (term.kind === 'call') {
    if (!allEvaluable(term.args, known)) return false
    decisions.push({ kind: 'scan', term })
    return true
  }
  if (typeof term.root !== 'string' && !isEvaluable(term.root, known)) return false
  if (allEvaluable(term.path, known)) return true
  if (!term.path.every((part) => isPattern(part, known))) return false
  decisions.push({ kind: 'scan', term })
  for (const part of term.path) addVariables(part, known)
  return true
}

/** What is left of a pair: nothing when it is decided, itself when it has to wait, its parts when it falls apart. */
function decidePair(
  pair: readonly [ResolvedTerm, ResolvedTerm],
  known: Known,
  decisions: Decision[],
): (readonly [ResolvedTerm, ResolvedTerm])[] {
  const [left, right] = pair
  if (isEvaluable(right, known) && isPattern(left, known)) {
    decisions.push({ kind: 'match', source: right, pattern: left })
    addVariables(left, known)
    return []
  }
  if (isEvaluable(left, known) && isPattern(right, known)) {
    decisions.push({ kind: 'match', source: left, pattern: right })
    addVariables(right, known)
    return []
  }
  const parts = splitPair(left, right)
  return parts ? parts.flatMap((part) => decidePair(part, known, decisions)) : [pair]
}

function splitPair(left: ResolvedTerm, right: ResolvedTerm): (readonly [ResolvedTerm, ResolvedTerm])[] | undefined {
  if (left.kind === 'array' && right.kind === 'array' && left.items.length === right.items.length) {
    return left.items.map((item, i) => [item, right.items[i]!] as const)
  }
  if (left.kind !== 'object' || right.kind !== 'object' || left.entries.length !== right.entries.length) {
    return undefined
  }
  const members = new Map<unknown, ResolvedTerm>()
  for (const [key, value] of right.entries) {
    if (key.kind !== 'constant' || (key.value !== null && typeof key.value === 'object')) return undefined
    members.set(key.value, value)
  }
  const pairs: [ResolvedTerm, ResolvedTerm][] = []
  for (const [key, value] of left.entries) {
    const twin = key.kind === 'constant' ? members.get(key.value) : undefined
    if (!twin) return undefined
    pairs.push([value, twin])
  }
  return pairs
}
