import type { Builtin } from '../evaluate/builtin.ts'
import type { Module, RegoVersion } from '../syntax/index.ts'
import { declareRules } from './declare.ts'
import type { ResolvedClause } from './ir.ts'
import { Metadata } from './metadata.ts'
import { checkRecursion } from './recursion.ts'
import { collectGlobals, type Globals } from './resolve/globals.ts'
import { Resolver } from './resolve/resolver.ts'
import { resolveRule } from './resolve/rule.ts'
import type { Definition, RuleNode, RuleTree } from './rule-tree.ts'

/**
 * Resolves the names of all modules and checks rules against each other. Throws REGO_POLICY_INVALID, REGO_TYPE_INVALID
 * and REGO_RULE_RECURSIVE; safety is checked when the rules are planned. Operand types are checked at evaluation only.
 */
export function compileModules(modules: readonly Module[], builtins: ReadonlyMap<string, Builtin>): RuleTree {
  const tree = declareRules(modules)
  const globals = collectGlobals(modules)
  const resolvers = new Map(
    modules.map((module) => [module, createResolver(module, globals.get(module)!, tree, builtins)]),
  )
  const metadata = new Metadata(modules)
  for (const node of tree.nodes) resolveNode(node, resolvers, metadata)
  checkRecursion(tree)
  return tree
}

/** A resolver for a query over compiled modules. */
export function createQueryResolver(
  source: Module['source'],
  version: RegoVersion,
  globals: Globals,
  tree: RuleTree,
  builtins: ReadonlyMap<string, Builtin>,
): Resolver {
  return new Resolver({ source, version, globals, tree, builtins })
}

function createResolver(
  module: Module,
  globals: Globals,
  tree: RuleTree,
  builtins: ReadonlyMap<string, Builtin>,
): Resolver {
  return new Resolver({ source: module.source, version: module.version, globals, tree, builtins })
}

function resolveNode(node: RuleNode, resolvers: ReadonlyMap<Module, Resolver>, metadata: Metadata): void {
  const resolve = ({ module, rule }: Definition): ResolvedClause => {
    const resolver = resolvers.get(module)!
    resolver.constantCalls = new Map([
      ['rego.metadata.rule', () => metadata.ruleValue(rule)],
      ['rego.metadata.chain', () => metadata.chainValue(module, rule)],
    ])
    return resolveRule(resolver, rule)
  }
  node.clauses = node.rules.map(resolve)
  node.partialClauses = node.partials.map(resolve)
  node.defaultClause = node.default && resolve(node.default)
}
