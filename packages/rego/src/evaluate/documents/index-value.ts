import { RegoObject, RegoSet, type Value } from '../../value/index.ts'

/** What stands in a value at a key: an item, a member, or the member of a set itself. */
export function indexValue(value: Value | undefined, key: Value): Value | undefined {
  if (value instanceof RegoObject) return value.get(key)
  if (Array.isArray(value)) return typeof key === 'number' ? (value[key] as Value | undefined) : undefined
  return value instanceof RegoSet && value.has(key) ? key : undefined
}

/** As {@link indexValue} in given data, where a whole number also finds the member of its digits. */
export function indexData(value: Value | undefined, key: Value): Value | undefined {
  return indexValue(value, key) ?? (typeof key === 'number' ? indexMember(value, String(key)) : undefined)
}

/** As {@link indexValue} for a name. */
export function indexMember(value: Value | undefined, name: string): Value | undefined {
  if (value instanceof RegoObject) return value.member(name)
  return value instanceof RegoSet && value.has(name) ? name : undefined
}

/** Puts a value at a path of names, making objects on the way. */
export function replaceAt(value: Value | undefined, path: readonly string[], put: Value): Value {
  const [name, ...rest] = path
  if (name === undefined) return put
  const entries = value instanceof RegoObject ? [...value.unorderedEntries()] : []
  return RegoObject.of([...entries, [name, replaceAt(indexMember(value, name), rest, put)]])
}
