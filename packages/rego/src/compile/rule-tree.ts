import type { Module, Rule } from '../syntax/index.ts'
import type { ResolvedClause } from './ir.ts'

/** How the rules of one name make its value. */
export type RuleKind = 'complete' | 'members' | 'function'

/** A rule where it was written. */
export interface Definition {
  readonly module: Module
  readonly rule: Rule
}

/** A package, a rule, or a part of either's path, under `data`. */
export class RuleNode {
  readonly id: number
  readonly path: readonly string[]
  readonly parent: RuleNode | undefined
  readonly children: Map<string, RuleNode> = new Map()
  /** Rules whose whole head is this path. */
  readonly rules: Definition[] = []
  /** Rules whose head goes on with what is not a constant name: `p[x]`, `p[x].y`. */
  readonly partials: Definition[] = []
  isPackage = false
  kind: RuleKind | undefined
  default: Definition | undefined
  /** Set by resolution: clauses of `rules`, of `partials`, and the default's. */
  clauses: readonly ResolvedClause[] = []
  partialClauses: readonly ResolvedClause[] = []
  defaultClause: ResolvedClause | undefined

  constructor(id: number, path: readonly string[], parent: RuleNode | undefined) {
    this.id = id
    this.path = path
    this.parent = parent
  }

  get name(): string {
    return ['data', ...this.path].map((part, i) => (i === 0 ? part : memberText(part))).join('')
  }

  get arity(): number | undefined {
    return this.rules[0]?.rule.head.args?.length ?? this.default?.rule.head.args?.length
  }

  /** True where this node or one above it has rules that may reach below their own path. */
  get underPartials(): boolean {
    for (let node: RuleNode | undefined = this; node; node = node.parent) if (node.partials.length > 0) return true
    return false
  }
}

/** All packages and rules of a policy, by path. */
export class RuleTree {
  readonly root: RuleNode
  readonly nodes: RuleNode[] = []

  constructor() {
    this.root = this.create([], undefined)
  }

  /** The node of a path, made where it is missing. */
  open(path: readonly string[]): RuleNode {
    let node = this.root
    for (const [depth, name] of path.entries()) {
      const child: RuleNode = node.children.get(name) ?? this.create(path.slice(0, depth + 1), node)
      node.children.set(name, child)
      node = child
    }
    return node
  }

  find(path: readonly string[]): RuleNode | undefined {
    let node: RuleNode | undefined = this.root
    for (const name of path) node = node?.children.get(name)
    return node
  }

  private create(path: readonly string[], parent: RuleNode | undefined): RuleNode {
    const node = new RuleNode(this.nodes.length, path, parent)
    this.nodes.push(node)
    return node
  }
}

/** Length of the part of a head's path that consists of constant names. */
export function constantLength(rule: Rule): number {
  const { path } = rule.head
  const end = path.findIndex((term) => term.kind !== 'scalar' || typeof term.value !== 'string')
  return end < 0 ? path.length : end
}

/** The constant names with which a rule's head begins, its own name first. */
export function constantPath(rule: Rule): string[] {
  const names = rule.head.path.slice(0, constantLength(rule))
  return [rule.head.name, ...names.map((term) => (term as { value: string }).value)]
}

function memberText(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
}
