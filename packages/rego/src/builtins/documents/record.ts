import { ObjectBuilder, type RegoObject, type Value } from '../../value/index.ts'

/** An object of named members; undefined ones are left out. */
export function recordOf(members: Readonly<Record<string, Value | undefined>>): RegoObject {
  const record = new ObjectBuilder()
  for (const [name, value] of Object.entries(members)) if (value !== undefined) record.set(name, value)
  return record.build()
}
