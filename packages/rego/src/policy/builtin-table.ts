import { BUILTINS, V0_BUILTINS } from '../builtins/index.ts'
import { RegoError } from '../errors.ts'
import type { Builtin } from '../evaluate/builtin.ts'
import type { RegoVersion } from '../syntax/index.ts'

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
}

/** `walk` goes on once for each of its results. */
const RELATIONS: ReadonlySet<string> = new Set(['walk'])

/** By version, the package's own built-ins, and below them the names that are known but never answered. */
export const DEFAULT_BUILTINS: Readonly<Record<RegoVersion, ReadonlyMap<string, Builtin>>> = {
  v0: createTable([...BUILTINS.values(), ...V0_BUILTINS]),
  v1: createTable(BUILTINS.values()),
}

function createTable(builtins: Iterable<Builtin>): Map<string, Builtin> {
  const table = new Map<string, Builtin>()
  for (const [name, arity] of Object.entries(UNAVAILABLE)) table.set(name, createUnavailable(name, arity))
  for (const builtin of builtins) {
    const { name } = builtin
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
