import type { RegoError } from '../errors.ts'
import type { ResolvedClause, ResolvedExpression, ResolvedTerm } from './ir.ts'
import type { RuleNode, RuleTree } from './rule-tree.ts'

/** Throws REGO_RULE_RECURSIVE where a rule can reach itself, naming the way. */
export function checkRecursion(tree: RuleTree): void {
  const state = new Map<RuleNode, 'open' | 'done'>()
  for (const start of tree.nodes) {
    if (state.has(start) || !hasRules(start)) continue
    const path = [{ node: start, targets: dependenciesOf(tree, start) }]
    state.set(start, 'open')
    while (path.length > 0) {
      const top = path.at(-1)!
      const target = top.targets.pop()
      if (target === undefined) {
        state.set(top.node, 'done')
        path.pop()
      } else if (state.get(target) === 'open') {
        throw recursion(
          path.map(({ node }) => node),
          target,
        )
      } else if (!state.has(target)) {
        state.set(target, 'open')
        path.push({ node: target, targets: dependenciesOf(tree, target) })
      }
    }
  }
}

function recursion(path: readonly RuleNode[], target: RuleNode): RegoError {
  const cycle = [...path.slice(path.indexOf(target)), target].map(({ name }) => name)
  const { source, at } = clausesOf(target)[0]!.place
  return source.error('REGO_RULE_RECURSIVE', at, `rule ${target.name} is recursive: ${cycle.join(' -> ')}`)
}

function hasRules(node: RuleNode): boolean {
  return node.kind !== undefined || node.partials.length > 0
}

function clausesOf(node: RuleNode): readonly ResolvedClause[] {
  return [...node.clauses, ...node.partialClauses, ...(node.defaultClause ? [node.defaultClause] : [])]
}

function dependenciesOf(tree: RuleTree, node: RuleNode): RuleNode[] {
  const found = new Set<RuleNode>()
  const collector = new Collector(tree, found)
  for (const clause of clausesOf(node)) collector.clause(clause)
  return [...found]
}

class Collector {
  private readonly tree: RuleTree
  private readonly found: Set<RuleNode>

  constructor(tree: RuleTree, found: Set<RuleNode>) {
    this.tree = tree
    this.found = found
  }

  clause(clause: ResolvedClause): void {
    for (const { body, path, key, value } of clause.branches) {
      this.body(body)
      for (const term of [...path, key, value]) if (term) this.term(term)
    }
  }

  private body(body: readonly ResolvedExpression[]): void {
    for (const expression of body) {
      for (const { value, replacement } of expression.withs) {
        this.term(value)
        if (replacement && 'node' in replacement) this.found.add(replacement.node)
      }
      switch (expression.kind) {
        case 'test':
          this.term(expression.term)
          break
        case 'unify':
          this.term(expression.left)
          this.term(expression.right)
          break
        case 'each':
          for (const term of [expression.key, expression.value, expression.domain]) if (term) this.term(term)
          break
        case 'every':
          this.term(expression.domain)
          this.body(expression.body)
          break
        case 'print':
          for (const argument of expression.args) this.term(argument)
      }
    }
  }

  private term(term: ResolvedTerm): void {
    switch (term.kind) {
      case 'path':
        if (term.root === 'data') this.reach(this.tree.root, term.path, 0)
        else if (term.root !== 'input') this.term(term.root)
        for (const part of term.path) this.term(part)
        break
      case 'call':
        if ('node' in term.callee) this.found.add(term.callee.node)
        for (const argument of term.args) this.term(argument)
        break
      case 'array':
      case 'set':
        for (const item of term.items) this.term(item)
        break
      case 'object':
        for (const entry of term.entries) for (const part of entry) this.term(part)
        break
      case 'comprehension':
        this.body(term.body)
        for (const part of [term.key, term.value]) if (part) this.term(part)
        break
      case 'template':
        for (const part of term.parts) if (typeof part !== 'string') this.term(part)
    }
  }

  /** Every rule that a path under `data` may touch. */
  private reach(node: RuleNode, path: readonly ResolvedTerm[], depth: number): void {
    if (hasRules(node) && node.kind !== 'function') this.found.add(node)
    const part = path[depth]
    if (part?.kind === 'constant' && typeof part.value === 'string') {
      const child = node.children.get(part.value)
      if (child) this.reach(child, path, depth + 1)
      return
    }
    if (part?.kind === 'constant') return
    for (const child of node.children.values()) this.reach(child, path, depth + 1)
  }
}
