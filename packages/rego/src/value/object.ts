import { equalValues, sortValues } from './compare.ts'
import { keyOf, type MapKey } from './key.ts'
import type { Value } from './value.ts'

/** Makes a value of a JSON value that stands `depth` levels deep; undefined for a member to leave out. */
export type JsonReader = (source: unknown, depth: number) => Value | undefined

/** A JSON object whose members are read when first asked for. */
interface Pending {
  readonly source: Readonly<Record<string, unknown>>
  readonly read: JsonReader
  readonly depth: number
}

/** An object with any values as keys; never changed once made. */
export class RegoObject {
  static readonly EMPTY: RegoObject = new RegoObject(new Map(), undefined)

  private readonly members: Map<MapKey, Value>
  private readonly compositeKeys: ReadonlyMap<MapKey, Value> | undefined
  private pending: Pending | undefined
  private sorted: readonly Value[] | undefined
  private code: string | undefined
  private parts = 0

  /** Use {@link RegoObject.of}, {@link RegoObject.ofJson} or an {@link ObjectBuilder}. */
  constructor(members: Map<MapKey, Value>, compositeKeys: ReadonlyMap<MapKey, Value> | undefined, pending?: Pending) {
    this.members = members
    this.compositeKeys = compositeKeys
    this.pending = pending
  }

  /** Later entries replace earlier ones with an equal key. */
  static of(entries: Iterable<readonly [Value, Value]>): RegoObject {
    const builder = new ObjectBuilder()
    for (const [key, value] of entries) builder.set(key, value)
    return builder.build()
  }

  /** An object over JSON that is converted member by member as it is read; the source must not change meanwhile. */
  static ofJson(source: Readonly<Record<string, unknown>>, read: JsonReader, depth: number): RegoObject {
    return new RegoObject(new Map(), undefined, { source, read, depth })
  }

  get size(): number {
    return this.all().size
  }

  get(key: Value): Value | undefined {
    if (typeof key === 'string') return this.member(key)
    return this.all().get(keyOf(key))
  }

  /** The member of a name. */
  member(name: string): Value | undefined {
    const key = name.charCodeAt(0) === 0 ? keyOf(name) : name
    const known = this.members.get(key)
    if (known !== undefined || this.pending === undefined) return known
    const { source, read, depth } = this.pending
    if (!Object.hasOwn(source, name)) return undefined
    const value = read(source[name], depth + 1)
    if (value !== undefined) this.members.set(key, value)
    return value
  }

  has(key: Value): boolean {
    return this.get(key) !== undefined
  }

  /** The keys in Rego's order. */
  keys(): readonly Value[] {
    this.sorted ??= sortValues([...this.unorderedKeys()])
    return this.sorted
  }

  /** The keys in no particular order, without sorting. */
  *unorderedKeys(): Iterable<Value> {
    for (const key of this.all().keys()) yield this.keyValue(key)
  }

  /** Keys and values, in the order of the keys. */
  *entries(): Iterable<readonly [Value, Value]> {
    for (const key of this.keys()) yield [key, this.get(key)!]
  }

  /** Keys and values in no particular order, without sorting. */
  *unorderedEntries(): Iterable<readonly [Value, Value]> {
    for (const [key, value] of this.all()) yield [this.keyValue(key), value]
  }

  equals(other: RegoObject): boolean {
    if (this === other) return true
    const mine = this.all()
    const theirs = other.all()
    if (mine.size !== theirs.size) return false
    for (const [key, value] of mine) {
      const twin = theirs.get(key)
      if (twin === undefined || !equalValues(value, twin)) return false
    }
    return true
  }

  /** A text that equal objects share; `encode` writes one key or value. */
  encoded(encode: (value: Value) => string): string {
    if (this.code === undefined) {
      const parts: string[] = []
      for (const [key, value] of this.unorderedEntries()) parts.push(encode(key) + encode(value))
      this.code = `{${parts.sort().join('')}}`
    }
    return this.code
  }

  /** How many parts it has in all; `count` tells it of one key or value. */
  partCount(count: (value: Value) => number): number {
    if (this.parts === 0) {
      let parts = 1
      for (const [key, value] of this.unorderedEntries()) parts += count(key) + count(value)
      this.parts = parts
    }
    return this.parts
  }

  private all(): ReadonlyMap<MapKey, Value> {
    if (this.pending !== undefined) {
      for (const name of Object.keys(this.pending.source)) this.member(name)
      this.pending = undefined
    }
    return this.members
  }

  private keyValue(key: MapKey): Value {
    return typeof key === 'string' && key.charCodeAt(0) === 0 ? (this.compositeKeys?.get(key) ?? key.slice(2)) : key
  }
}

/** Collects the members of an object. */
export class ObjectBuilder {
  private readonly members = new Map<MapKey, Value>()
  private composites: Map<MapKey, Value> | undefined

  get size(): number {
    return this.members.size
  }

  get(key: Value): Value | undefined {
    return this.members.get(keyOf(key))
  }

  set(key: Value, value: Value): this {
    const mapKey = keyOf(key)
    if (key !== null && typeof key === 'object') {
      this.composites ??= new Map()
      this.composites.set(mapKey, key)
    }
    this.members.set(mapKey, value)
    return this
  }

  /** The object so far; the builder is not used afterwards. */
  build(): RegoObject {
    return this.members.size === 0 ? RegoObject.EMPTY : new RegoObject(this.members, this.composites)
  }
}
