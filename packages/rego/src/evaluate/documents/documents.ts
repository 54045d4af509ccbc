import type { RuleNode } from '../../compile/rule-tree.ts'
import { compareValues, equalValues, keyOf, ObjectBuilder, RegoObject, RegoSet, type Value } from '../../value/index.ts'
import type { Context, Mask } from '../context.ts'
import type { Program } from '../program.ts'
import { conflict, type Extent } from './extent.ts'
import { indexData, indexValue } from './index-value.ts'

/** A place under `data`, where rules, partial rules of places above it, and given data come together. */
export interface Place {
  readonly node: RuleNode | undefined
  readonly base: Value | undefined
  readonly extents: readonly Extent[]
  readonly mask: Mask | undefined
}

const NO_EXTENTS: readonly Extent[] = []

/** The place of `data` itself. */
export function rootPlace(program: Program, context: Context): Place {
  return { node: program.root, base: context.data, extents: NO_EXTENTS, mask: context.mask }
}

/** The value that stands at a place, if nothing but given data and values of rules above it make it. */
export function isPlain(place: Place): boolean {
  return place.node === undefined && place.extents.length === 0
}

/** The place one key further. */
export function childPlace(program: Program, context: Context, place: Place, key: Value): Place {
  const { node } = place
  const mask = typeof key === 'string' ? place.mask?.children.get(key) : undefined
  const ruled = node !== undefined && (node.kind !== undefined || node.partials.length > 0)
  if (mask?.replaced)
    return { node: undefined, base: indexValue(place.base, key), extents: NO_EXTENTS, mask: undefined }
  const above = ownExtents(program, context, place)
  if (node?.kind !== undefined || above.some((extent) => extent.isLeaf)) {
    const value = placeValue(program, context, place)
    return { node: undefined, base: indexValue(value, key), extents: NO_EXTENTS, mask: undefined }
  }
  const extents = above.map((extent) => extent.child(key)).filter((extent) => extent !== undefined)
  return {
    node: typeof key === 'string' ? node?.children.get(key) : undefined,
    base: ruled && !mask ? undefined : indexData(place.base, key),
    extents: extents.length === 0 ? NO_EXTENTS : extents,
    mask,
  }
}

/** The keys under a place, in Rego's order. */
export function placeKeys(program: Program, context: Context, place: Place): readonly Value[] {
  const keys = new Map<unknown, Value>()
  for (const extent of ownExtents(program, context, place)) {
    if (extent.isLeaf) return keysOf(extent.value())
    for (const key of extent.keys()) keys.set(keyOf(key), key)
  }
  if (place.base !== undefined) for (const key of keysOf(place.base)) keys.set(keyOf(key), key)
  if (place.node?.kind !== undefined) return keysOf(program.ruleValue(context, place.node))
  for (const [name, child] of place.node?.children ?? []) if (child.kind !== 'function') keys.set(name, name)
  return [...keys.values()].sort(compareValues)
}

/** The whole value at a place. */
export function placeValue(program: Program, context: Context, place: Place): Value | undefined {
  const { node, extents } = place
  if (node === undefined) return extents.length === 0 ? place.base : combine(extents.map((extent) => extent.value()))
  if (node.kind === 'function') return undefined
  if (node.kind !== undefined) {
    const value = program.ruleValue(context, node)
    return combine([...extents.map((extent) => extent.value()), ...(value === undefined ? [] : [value])])
  }
  const memo = extents.length === 0 && context.mask === undefined
  const known = memo ? context.documents[node.id] : undefined
  if (known !== undefined) return known
  const value = mergePlace(program, context, place)
  if (memo) context.documents[node.id] = value
  return value
}

function mergePlace(program: Program, context: Context, place: Place): Value {
  const own = ownExtents(program, context, place)
  const leaf = own.find((extent) => extent.isLeaf)
  if (leaf && place.node?.children.size === 0) return leaf.value()
  if (leaf) throw conflict()
  const builder = new ObjectBuilder()
  for (const key of placeKeys(program, context, place)) {
    context.run.step()
    const value = placeValue(program, context, childPlace(program, context, place, key))
    const base = place.mask ? undefined : indexValue(place.base, key)
    const merged = value === undefined || base === undefined ? value : mergeValues(base, value)
    if (merged !== undefined) builder.set(key, merged)
  }
  return builder.build()
}

/** What partial rules of the place and of those above it define here. */
function ownExtents(program: Program, context: Context, place: Place): readonly Extent[] {
  if (!place.node || place.node.partials.length === 0) return place.extents
  return [...place.extents, program.extent(context, place.node)]
}

/** One value of several that say the same; sets are joined, objects must not differ. */
function combine(values: readonly Value[]): Value | undefined {
  const [first, ...rest] = values
  if (first === undefined || rest.length === 0) return first
  return rest.reduce((left, right) => {
    if (left instanceof RegoSet && right instanceof RegoSet) return left.union(right)
    if (!equalValues(left, right)) throw conflict()
    return left
  }, first)
}

/** Given data beside what rules say: objects are joined, otherwise the given data stands. */
function mergeValues(base: Value, value: Value): Value {
  if (base === value || !(base instanceof RegoObject) || !(value instanceof RegoObject)) return base
  const builder = new ObjectBuilder()
  for (const [key, item] of value.unorderedEntries()) builder.set(key, item)
  for (const [key, item] of base.unorderedEntries()) {
    const other = value.get(key)
    builder.set(key, other === undefined ? item : mergeValues(item, other))
  }
  return builder.build()
}

function keysOf(value: Value | undefined): readonly Value[] {
  if (value instanceof RegoObject) return value.keys()
  if (value instanceof RegoSet) return value.values()
  return Array.isArray(value) ? value.map((_, i) => i) : []
}
