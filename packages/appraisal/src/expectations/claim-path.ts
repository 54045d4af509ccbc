/** Finding a claim by its dotted path. */
import type { Claims } from '@veritee/evidence/result'

/** Paths of operators are short; claims of a machine nest little. */
const MAX_SEGMENTS = 16
const MAX_PATHS = 4096

/**
 * Values at a dotted path. Names that hold dots themselves are found as well (`sgx.body.attributes.flags`), so a path can
 * in theory lead to several values: the caller treats that as none.
 */
export function findClaims(claims: Claims, path: string): unknown[] {
  const segments = path.split('.')
  return segments.length > MAX_SEGMENTS ? [] : collect(claims, segments)
}

/** Depth is bound by the number of segments. */
function collect(value: unknown, segments: readonly string[]): unknown[] {
  if (segments.length === 0) return [value]
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  const found: unknown[] = []
  for (let taken = 1; taken <= segments.length; taken++) {
    const name = segments.slice(0, taken).join('.')
    if (Object.hasOwn(value, name)) {
      found.push(...collect((value as Record<string, unknown>)[name], segments.slice(taken)))
    }
  }
  return found
}

/** Paths of all claims that are single values, for suggesting one; large lists end early. */
export function listClaimPaths(claims: Claims): string[] {
  const paths: string[] = []
  const pending: [string, unknown][] = Object.entries(claims)
  for (let next = pending.pop(); next !== undefined && paths.length < MAX_PATHS; next = pending.pop()) {
    const [path, value] = next
    if (typeof value !== 'object' || value === null) paths.push(path)
    else if (!Array.isArray(value)) {
      for (const [name, member] of Object.entries(value)) pending.push([`${path}.${name}`, member])
    }
  }
  return paths
}
