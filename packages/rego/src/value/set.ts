import { sortValues } from './compare.ts'
import { keyOf, type MapKey } from './key.ts'
import type { Value } from './value.ts'

/** A set of values; never changed once made. */
export class RegoSet implements Iterable<Value> {
  static readonly EMPTY: RegoSet = new RegoSet(new Map())

  private readonly members: ReadonlyMap<MapKey, Value>
  private sorted: readonly Value[] | undefined
  private code: string | undefined
  private parts = 0

  /** The map must be keyed by `keyOf`; use {@link RegoSet.of}. */
  constructor(members: ReadonlyMap<MapKey, Value>) {
    this.members = members
  }

  static of(values: Iterable<Value>): RegoSet {
    const members = new Map<MapKey, Value>()
    for (const value of values) {
      const key = keyOf(value)
      if (!members.has(key)) members.set(key, value)
    }
    return members.size === 0 ? RegoSet.EMPTY : new RegoSet(members)
  }

  get size(): number {
    return this.members.size
  }

  has(value: Value): boolean {
    return this.members.has(keyOf(value))
  }

  /** The members in Rego's order. */
  values(): readonly Value[] {
    this.sorted ??= sortValues([...this.members.values()])
    return this.sorted
  }

  /** The members in no particular order, without sorting. */
  unordered(): Iterable<Value> {
    return this.members.values()
  }

  [Symbol.iterator](): Iterator<Value> {
    return this.values()[Symbol.iterator]()
  }

  union(other: RegoSet): RegoSet {
    if (other.size === 0) return this
    if (this.size === 0) return other
    const members = new Map(this.members)
    for (const [key, value] of other.members) if (!members.has(key)) members.set(key, value)
    return new RegoSet(members)
  }

  intersection(other: RegoSet): RegoSet {
    return this.filter((key) => other.members.has(key))
  }

  difference(other: RegoSet): RegoSet {
    return this.filter((key) => !other.members.has(key))
  }

  equals(other: RegoSet): boolean {
    if (this === other) return true
    if (this.size !== other.size) return false
    for (const key of this.members.keys()) if (!other.members.has(key)) return false
    return true
  }

  /** A text that equal sets share; `encode` writes one member. */
  encoded(encode: (value: Value) => string): string {
    this.code ??= `<${[...this.members.values()].map(encode).sort().join('')}>`
    return this.code
  }

  /** How many parts it has in all; `count` tells it of one member. */
  partCount(count: (value: Value) => number): number {
    if (this.parts === 0) {
      let parts = 1
      for (const value of this.members.values()) parts += count(value)
      this.parts = parts
    }
    return this.parts
  }

  private filter(keep: (key: MapKey) => boolean): RegoSet {
    const members = new Map<MapKey, Value>()
    for (const [key, value] of this.members) if (keep(key)) members.set(key, value)
    return members.size === 0 ? RegoSet.EMPTY : new RegoSet(members)
  }
}
