import { compileModules } from '../compile/compile.ts'
import type { Builtin } from '../evaluate/builtin.ts'
import { planRules } from '../evaluate/link/program.ts'
import { parseModule } from '../syntax/index.ts'
import { DEFAULT_BUILTINS } from './builtin-table.ts'
import { depthError } from './depth-error.ts'
import { createHostBuiltins } from './host.ts'
import type { PolicyOptions, PolicySource } from './options.ts'
import { Policy } from './policy.ts'

/**
 * Compiles policy texts together. Throws RegoError with file, row and column: REGO_SYNTAX_INVALID, REGO_POLICY_INVALID,
 * REGO_TYPE_INVALID, REGO_VARIABLE_UNSAFE, REGO_RULE_RECURSIVE, REGO_LIMIT_SIZE, REGO_LIMIT_DEPTH.
 */
export function compilePolicy(sources: readonly PolicySource[], options: PolicyOptions = {}): Policy {
  const version = options.version ?? 'v1'
  const modules = sources.map(({ file, text }) => parseModule(text, file, version))
  const builtins = new Map<string, Builtin>(DEFAULT_BUILTINS[version])
  for (const builtin of options.builtins ?? []) builtins.set(builtin.name, builtin)
  for (const builtin of createHostBuiltins(options.hostFunctions ?? {})) builtins.set(builtin.name, builtin)
  try {
    const tree = compileModules(modules, builtins)
    return new Policy({ modules, tree, planned: planRules(tree), builtins, version })
  } catch (error) {
    throw depthError(error, 'policy') ?? error
  }
}
