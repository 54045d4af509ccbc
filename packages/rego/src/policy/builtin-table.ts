import { BUILTINS } from '../builtins/index.ts'
import { RegoError } from '../errors.ts'
import type { Builtin } from '../evaluate/builtin.ts'

/** Built-ins that reach out of the policy: known by name so that tests can replace them, never answered. */
const UNAVAILABLE: Readonly<Record<string, number>> = {
  'graphql.is_valid': 2,
  'graphql.parse': 2,
  'graphql.parse_and_verify': 2,
  'graphql.parse_query': 1,
  'graphql.parse_schema': 1,
  'graphql.schema_is_valid': 1,
  'http.send': 1,
  'net.lookup_ip_addr': 1,
  'providers.aws.sign_req': 3,
  'rego.parse_module': 2,
}

/** `walk` goes on once for each of its results. */
const RELATIONS: ReadonlySet<string> = new Set(['walk'])

/** The package's own built-ins, and below them the names that are known but never answered. */
export const DEFAULT_BUILTINS: ReadonlyMap<string, Builtin> = createTable()

function createTable(): Map<string, Builtin> {
  const table = new Map<string, Builtin>()
  for (const [name, arity] of Object.entries(UNAVAILABLE)) table.set(name, createUnavailable(name, arity))
  for (const [name, builtin] of BUILTINS) {
    table.set(name, RELATIONS.has(name) ? { ...builtin, relation: true } : builtin)
  }
  return table
}

/** Fails the evaluation however lenient it is: an undefined result could turn a refusal into a permission. */
function createUnavailable(name: string, arity: number): Builtin {
  return {
    name,
    arity,
    nondeterministic: true,
    evaluate: () => {
      throw new RegoError('REGO_BUILTIN_FAILED', `${name}: not available to policies`)
    },
  }
}
