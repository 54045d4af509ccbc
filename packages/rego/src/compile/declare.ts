import type { Module, Rule } from '../syntax/index.ts'
import { constantLength, constantPath, type RuleKind, type RuleNode, RuleTree } from './rule-tree.ts'

/** Puts every package and rule of the modules into a tree. Throws REGO_TYPE_INVALID where rules of one path conflict. */
export function declareRules(modules: readonly Module[]): RuleTree {
  const tree = new RuleTree()
  for (const module of modules) {
    tree.open(module.packagePath).isPackage = true
    for (const rule of module.rules) declareRule(tree, module, rule)
  }
  for (const node of tree.nodes) checkConflicts(node)
  return tree
}

function declareRule(tree: RuleTree, module: Module, rule: Rule): void {
  const node = tree.open([...module.packagePath, ...constantPath(rule)])
  const definition = { module, rule }
  if (constantLength(rule) < rule.head.path.length) {
    if (rule.default) throw failure(module, rule, 'a default rule has a constant path')
    if (rule.head.args) throw failure(module, rule, 'a function has a constant path')
    if (rule.elses.length > 0) throw failure(module, rule, 'a rule with variables in its head has no else')
    node.partials.push(definition)
    return
  }
  const kind = kindOf(rule)
  if (node.kind !== undefined && node.kind !== kind) {
    throw failure(module, rule, `conflicting rules ${node.name} found`)
  }
  if (kind === 'function' && node.kind && node.arity !== rule.head.args!.length) {
    throw failure(module, rule, `conflicting rules ${node.name} found: functions of different arity`)
  }
  node.kind = kind
  if (!rule.default) {
    node.rules.push(definition)
    return
  }
  if (node.default) throw failure(module, rule, `multiple default rules ${node.name} found`)
  node.default = definition
}

function kindOf(rule: Rule): RuleKind {
  if (rule.head.args) return 'function'
  return rule.head.key ? 'members' : 'complete'
}

function checkConflicts(node: RuleNode): void {
  const first = node.rules[0] ?? node.default
  const partial = node.partials[0]
  if (node.isPackage && (first ?? partial)) {
    const { module, rule } = (first ?? partial)!
    throw failure(module, rule, `package ${node.name} conflicts with rule ${node.name}`)
  }
  if (!first) return
  if (partial) throw failure(partial.module, partial.rule, `conflicting rules ${node.name} found`)
  const child = [...node.children.values()][0]
  if (child) {
    throw failure(first.module, first.rule, `rule ${node.name} conflicts with [${child.name}]`)
  }
}

function failure(module: Module, rule: Rule, message: string): Error {
  return module.source.error('REGO_TYPE_INVALID', rule.at, message)
}
