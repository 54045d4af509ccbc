import type { RegoErrorCode } from '../../errors.ts'
import type { Builtin } from '../../evaluate/builtin.ts'
import type { RegoVersion, Source } from '../../syntax/index.ts'
import type { Value } from '../../value/index.ts'
import type { Callee } from '../ir.ts'
import type { RuleTree } from '../rule-tree.ts'
import type { Globals } from './globals.ts'

/** What resolution of one module's rules, or of a query, stands on. */
export class Resolver {
  readonly source: Source
  readonly version: RegoVersion
  readonly globals: Globals
  readonly tree: RuleTree
  readonly builtins: ReadonlyMap<string, Builtin>
  /** Constants that calls stand for in the rule at hand, such as `rego.metadata.rule`. */
  constantCalls: ReadonlyMap<string, () => Value> = new Map()

  constructor(parts: Pick<Resolver, 'source' | 'version' | 'globals' | 'tree' | 'builtins'>) {
    this.source = parts.source
    this.version = parts.version
    this.globals = parts.globals
    this.tree = parts.tree
    this.builtins = parts.builtins
  }

  /** The function that a name calls, or undefined. */
  findFunction(names: readonly string[]): Callee | undefined {
    const [head = '', ...rest] = names
    const global = this.globals.get(head)
    if (global) {
      const node = global.root === 'data' ? this.tree.find([...global.path, ...rest]) : undefined
      return node?.kind === 'function' ? { node } : undefined
    }
    const builtin = this.builtins.get(names.join('.'))
    return builtin ? { builtin } : undefined
  }

  error(code: RegoErrorCode, at: number, message: string): Error {
    return this.source.error(code, at, message)
  }
}

/** How many arguments a function takes. */
export function arityOf(callee: Callee): { minimum: number; maximum: number } {
  const arity = 'node' in callee ? (callee.node.arity ?? 0) : callee.builtin.arity
  return typeof arity === 'number' ? { minimum: arity, maximum: arity } : arity
}
