import type { Place as TextPlace } from '../../compile/ir.ts'
import { RegoError } from '../../errors.ts'
import {
  compareValues,
  equalValues,
  keyOf,
  type MapKey,
  ObjectBuilder,
  RegoSet,
  type Value,
} from '../../value/index.ts'

/** What rules with variables in their heads define: a tree of keys that ends in values or sets. */
export class Extent {
  private children: Map<MapKey, { readonly key: Value; readonly extent: Extent }> | undefined
  private members: Map<MapKey, Value> | undefined
  private leaf: Value | undefined

  /** Adds a value, or with `member` a member of a set, at a path. Throws REGO_RESULT_CONFLICT. */
  insert(path: readonly Value[], value: Value, member: boolean): void {
    let place: Extent = this
    for (const key of path) place = place.open(key)
    if (member) place.addMember(value)
    else place.setLeaf(value)
  }

  child(key: Value): Extent | undefined {
    return this.children?.get(keyOf(key))?.extent
  }

  keys(): readonly Value[] {
    return this.children ? [...this.children.values()].map(({ key }) => key).sort(compareValues) : []
  }

  /** True where it ends in a value or a set. */
  get isLeaf(): boolean {
    return this.leaf !== undefined || this.members !== undefined
  }

  value(): Value {
    if (this.leaf !== undefined) return this.leaf
    if (this.members) return new RegoSet(this.members)
    const builder = new ObjectBuilder()
    for (const { key, extent } of this.children?.values() ?? []) builder.set(key, extent.value())
    return builder.build()
  }

  private open(key: Value): Extent {
    if (this.isLeaf) throw conflict()
    this.children ??= new Map()
    const mapKey = keyOf(key)
    const known = this.children.get(mapKey)
    if (known) return known.extent
    const extent = new Extent()
    this.children.set(mapKey, { key, extent })
    return extent
  }

  private setLeaf(value: Value): void {
    if (this.members || this.children || (this.leaf !== undefined && !equalValues(this.leaf, value))) throw conflict()
    this.leaf = value
  }

  private addMember(value: Value): void {
    if (this.leaf !== undefined || this.children) throw conflict()
    this.members ??= new Map()
    this.members.set(keyOf(value), value)
  }
}

/** The error of two values for one name or key. */
export function conflict(message = 'object keys must be unique', place?: TextPlace): RegoError {
  return new RegoError('REGO_RESULT_CONFLICT', message, { location: place?.source.locate(place.at) })
}
