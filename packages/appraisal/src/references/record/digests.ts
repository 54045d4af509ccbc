import type { ReferenceDigest } from './types.ts'

/** In the order of arrival, each once; what came later says of which version a digest is. */
export function joinDigests(before: readonly ReferenceDigest[], added: readonly ReferenceDigest[]): ReferenceDigest[] {
  const joined = new Map<string, ReferenceDigest>()
  for (const digest of [...before, ...added]) joined.set(`${digest.algorithm}:${digest.value}`, digest)
  return [...joined.values()]
}
