import type { Module, Rule } from '../syntax/index.ts'
import { RegoObject, type Value } from '../value/index.ts'
import { type Annotation, readAnnotations } from './annotations.ts'
import { constantPath } from './rule-tree.ts'

/** What `rego.metadata.rule()` and `rego.metadata.chain()` stand for; annotations are read when first asked for. */
export class Metadata {
  private readonly modules: readonly Module[]
  private annotations: readonly Annotation[] | undefined

  constructor(modules: readonly Module[]) {
    this.modules = modules
  }

  /** The annotations of a rule itself; an empty object where it has none. */
  ruleValue(rule: Rule): Value {
    return this.all().find((item) => item.scope === 'rule' && item.rule === rule)?.value ?? RegoObject.EMPTY
  }

  /** Paths and annotations from a rule up to its outermost package. */
  chainValue(module: Module, rule: Rule): Value {
    const all = this.all()
    const path = [...module.packagePath, ...constantPath(rule)]
    const own = all.filter((item) => item.scope === 'rule' && item.rule === rule)
    const document = all.filter((item) => item.scope === 'document' && samePath(item.path, path))
    const packages = all.filter((item) => item.scope === 'package' && samePath(item.path, module.packagePath))
    const above = all
      .filter((item) => item.scope === 'subpackages' && item.path.every((name, i) => module.packagePath[i] === name))
      .sort((a, b) => b.path.length - a.path.length)
    const first = own.length > 0 ? own.map(entryOf) : [RegoObject.of([['path', path]])]
    return [...first, ...[...document, ...packages, ...above].map(entryOf)]
  }

  private all(): readonly Annotation[] {
    this.annotations ??= this.modules.flatMap(readAnnotations)
    return this.annotations
  }
}

function entryOf({ path, value }: Annotation): Value {
  return RegoObject.of([
    ['annotations', value],
    ['path', [...path]],
  ])
}

function samePath(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => b[i] === name)
}
