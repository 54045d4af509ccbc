import type { Description } from './types.ts'

/** What a public key says of itself. Whatever else a key holds is left out, so that a secret is never shown. */
const PUBLIC_MEMBERS = ['kty', 'crv', 'alg', 'kid', 'use', 'key_ops', 'n', 'e', 'x', 'y', 'x5c', 'x5t#S256'] as const

/** Describes a JSON Web Key by its public members, and says whether it holds more than a public key should. */
export function describeKey(key: unknown): Description {
  if (typeof key !== 'object' || key === null) return { unreadable: 'The key is no JSON object.' }
  const members = key as Readonly<Record<string, unknown>>
  const shown = PUBLIC_MEMBERS.filter((name) => Object.hasOwn(members, name)).map((name) => [name, members[name]])
  return { ...Object.fromEntries(shown), private: 'd' in members || 'k' in members }
}
