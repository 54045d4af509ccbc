import type { Module } from '../../syntax/index.ts'

/** What a name outside any body stands for: a path under `input` or `data`. */
export interface GlobalPath {
  readonly root: 'input' | 'data'
  readonly path: readonly string[]
}

/** The names that a module's bodies see besides their own variables. */
export type Globals = ReadonlyMap<string, GlobalPath>

/** The globals of each module: rules of its package (from any module), imports, `input` and `data`. */
export function collectGlobals(modules: readonly Module[]): Map<Module, Globals> {
  const ruleNames = new Map<string, Set<string>>()
  for (const module of modules) {
    const key = JSON.stringify(module.packagePath)
    const names = ruleNames.get(key) ?? new Set()
    ruleNames.set(key, names)
    for (const rule of module.rules) {
      checkRuleName(module, rule.head.name, rule.at)
      names.add(rule.head.name)
    }
  }
  const globals = new Map<Module, Globals>()
  for (const module of modules) {
    const names = ruleNames.get(JSON.stringify(module.packagePath))!
    globals.set(module, moduleGlobals(module, names))
  }
  return globals
}

/** The globals of a query: `input` and `data` alone. */
export const QUERY_GLOBALS: Globals = new Map<string, GlobalPath>([
  ['input', { root: 'input', path: [] }],
  ['data', { root: 'data', path: [] }],
])

function moduleGlobals(module: Module, ruleNames: ReadonlySet<string>): Globals {
  const globals = new Map(QUERY_GLOBALS)
  for (const name of ruleNames) globals.set(name, { root: 'data', path: [...module.packagePath, name] })
  const imported = new Set<string>()
  for (const { path, alias, at } of module.imports) {
    const [root, ...rest] = path
    if (root !== 'input' && root !== 'data') continue
    const name = alias ?? path.at(-1)!
    if (module.version === 'v1' && imported.has(name)) {
      throw module.source.error('REGO_POLICY_INVALID', at, `import must not shadow import ${path.join('.')}`)
    }
    imported.add(name)
    globals.set(name, { root, path: rest })
  }
  return globals
}

function checkRuleName(module: Module, name: string, at: number): void {
  if (module.version === 'v1' && (name === 'input' || name === 'data')) {
    throw module.source.error('REGO_POLICY_INVALID', at, `rules must not shadow ${name} (use a different rule name)`)
  }
}
