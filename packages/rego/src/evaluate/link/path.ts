import type { PlannedPath, PlannedTerm } from '../../compile/plan/plan.ts'
import type { RuleNode } from '../../compile/rule-tree.ts'
import { RegoObject, type Value } from '../../value/index.ts'
import type { Context, Evaluate, Frame } from '../context.ts'
import { childPlace, placeValue, rootPlace } from '../documents/documents.ts'
import { indexData, indexMember, indexValue } from '../documents/index-value.ts'
import type { Linker } from './linker.ts'

/** The value at the end of a path whose parts are all known. */
export function linkPath(linker: Linker, { root, path }: PlannedPath): Evaluate {
  if (root === 'data') return linkDataPath(linker, path)
  if (root === 'input') return linkWalk(linker, (context) => context.input, path)
  return linkWalk(linker, linker.term(root), path)
}

/** Walks on from a value. */
export function linkWalk(
  linker: Linker,
  start: Evaluate,
  path: readonly PlannedTerm[],
  index: typeof indexValue = indexValue,
): Evaluate {
  const names = constantNames(path)
  if (names.length === path.length) return walkNames(start, names)
  const first = names.length === 0 ? start : walkNames(start, names)
  const keys = path.slice(names.length).map((part) => linker.term(part))
  if (keys.length === 1) {
    const key = keys[0]!
    return (context, frame) => {
      const value = first(context, frame)
      if (value === undefined) return undefined
      const at = key(context, frame)
      return at === undefined ? undefined : index(value, at)
    }
  }
  return (context, frame) => {
    let value = first(context, frame)
    for (const key of keys) {
      if (value === undefined) return undefined
      const at = key(context, frame)
      if (at === undefined) return undefined
      value = index(value, at)
    }
    return value
  }
}

function walkNames(start: Evaluate, names: readonly string[]): Evaluate {
  if (names.length === 0) return start
  return (context, frame) => {
    let value = start(context, frame)
    for (let i = 0; i < names.length && value !== undefined; i++) {
      value = value instanceof RegoObject ? value.member(names[i]!) : indexMember(value, names[i]!)
    }
    return value
  }
}

/** Straight to the rule or to the given data where nothing else can stand on the way; otherwise place by place. */
function linkDataPath(linker: Linker, path: readonly PlannedTerm[]): Evaluate {
  const { program } = linker
  const slow = linkPlaces(linker, path)
  const names = constantNames(path)
  let node: RuleNode | undefined = program.root
  for (const [depth, name] of names.entries()) {
    node = node.children.get(name)
    if (!node) {
      const walk = linkWalk(linker, (context) => context.data, path, indexData)
      return (context, frame) => (context.mask === undefined ? walk(context, frame) : slow(context, frame))
    }
    if (node.underPartials) return slow
    if (node.kind === 'function') return slow
    if (node.kind !== undefined) {
      const rule = node
      const walk = linkWalk(linker, (context) => program.ruleValue(context, rule), path.slice(depth + 1))
      return (context, frame) => (context.mask === undefined ? walk(context, frame) : slow(context, frame))
    }
  }
  return slow
}

function linkPlaces(linker: Linker, path: readonly PlannedTerm[]): Evaluate {
  const { program } = linker
  const keys = path.map((part) => linker.term(part))
  return (context: Context, frame: Frame): Value | undefined => {
    let place = rootPlace(program, context)
    for (const evaluate of keys) {
      const key = evaluate(context, frame)
      if (key === undefined) return undefined
      place = childPlace(program, context, place, key)
      if (place.node === undefined && place.base === undefined && place.extents.length === 0) return undefined
    }
    return placeValue(program, context, place)
  }
}

/** The constant names with which a path begins. */
export function constantNames(path: readonly PlannedTerm[]): string[] {
  const names: string[] = []
  for (const part of path) {
    if (part.kind !== 'constant' || typeof part.value !== 'string') break
    names.push(part.value)
  }
  return names
}
