import type { Pattern, PlannedTerm, Step } from '../../compile/plan/plan.ts'
import { RegoObject, RegoSet, type Value } from '../../value/index.ts'
import type { Context, Evaluate, Frame, Move } from '../context.ts'
import { childPlace, isPlain, type Place, placeKeys, placeValue, rootPlace } from '../documents/documents.ts'
import { indexValue } from '../documents/index-value.ts'
import type { Linker } from './linker.ts'
import { linkPath } from './path.ts'
import { linkPattern, type Match } from './pattern.ts'

type Scan = Step & { kind: 'scan' }

/** Goes on with a value. */
type Visit = (context: Context, frame: Frame, value: Value) => boolean

/** One part of the path: a key that is known, or one that is found. */
type Part = { readonly key: Evaluate } | { readonly match: Match }

/** Walks a path of which some keys are found on the way, and goes on for every way through it. */
export function linkScan(linker: Linker, scan: Scan, next: Move): Move {
  const end = linkPattern(linker, scan.value)
  const visitEnd: Visit = (context, frame, value) => end(context, frame, value) && next(context, frame)
  const parts = scan.path.map(
    (pattern): Part =>
      pattern.kind === 'equal' ? { key: linker.term(pattern.term) } : { match: linkPattern(linker, pattern) },
  )
  if (scan.root === 'data') return linkPlaceScan(linker, scan.path, parts, visitEnd)
  const known = knownPrefix(scan.path)
  const start = linkPath(linker, { kind: 'path', root: scan.root, path: known, at: scan.at })
  const visit = linkVisits(parts.slice(known.length), visitEnd)
  return (context, frame) => {
    const value = start(context, frame)
    return value !== undefined && visit(context, frame, value)
  }
}

function knownPrefix(path: readonly Pattern[]): PlannedTerm[] {
  const known: PlannedTerm[] = []
  for (const pattern of path) {
    if (pattern.kind !== 'equal') break
    known.push(pattern.term)
  }
  return known
}

function linkVisits(parts: readonly Part[], end: Visit): Visit {
  return parts.reduceRight((next, part) => ('key' in part ? visitKey(part.key, next) : visitAll(part.match, next)), end)
}

function visitKey(evaluate: Evaluate, next: Visit): Visit {
  return (context, frame, value) => {
    const key = evaluate(context, frame)
    const item = key === undefined ? undefined : indexValue(value, key)
    return item !== undefined && next(context, frame, item)
  }
}

function visitAll(match: Match, next: Visit): Visit {
  return (context, frame, value) => {
    const { run } = context
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) {
        run.step()
        if (match(context, frame, i) && next(context, frame, value[i] as Value)) return true
      }
    } else if (value instanceof RegoObject) {
      for (const key of value.keys()) {
        run.step()
        if (match(context, frame, key) && next(context, frame, value.get(key)!)) return true
      }
    } else if (value instanceof RegoSet) {
      for (const item of value.values()) {
        run.step()
        if (match(context, frame, item) && next(context, frame, item)) return true
      }
    }
    return false
  }
}

/** Under `data`, keys are found among rules as well; only those that lie on a way are evaluated. */
function linkPlaceScan(linker: Linker, path: readonly Pattern[], parts: readonly Part[], end: Visit): Move {
  const { program } = linker
  const visits = parts.map((_, i) => linkVisits(parts.slice(i), end))
  const direct = linkRuleStart(linker, path, visits)
  const scan = (context: Context, frame: Frame, place: Place, depth: number): boolean => {
    if (isPlain(place)) {
      const visit = visits[depth] ?? end
      return place.base !== undefined && visit(context, frame, place.base)
    }
    const part = parts[depth]
    if (part === undefined) {
      const value = placeValue(program, context, place)
      return value !== undefined && end(context, frame, value)
    }
    if ('key' in part) {
      const key = part.key(context, frame)
      return key !== undefined && scan(context, frame, childPlace(program, context, place, key), depth + 1)
    }
    for (const key of placeKeys(program, context, place)) {
      context.run.step()
      if (!part.match(context, frame, key)) continue
      if (scan(context, frame, childPlace(program, context, place, key), depth + 1)) return true
    }
    return false
  }
  return (context, frame) =>
    direct && context.mask === undefined ? direct(context, frame) : scan(context, frame, rootPlace(program, context), 0)
}

/** Where the path begins with the whole path of a rule, starts at the rule's value. */
function linkRuleStart(linker: Linker, path: readonly Pattern[], visits: readonly Visit[]): Move | undefined {
  const { program } = linker
  let node = program.root
  for (const [depth, pattern] of path.entries()) {
    if (pattern.kind !== 'equal' || pattern.term.kind !== 'constant') return undefined
    const child = node.children.get(pattern.term.value as string)
    if (!child || child.underPartials || child.kind === 'function') return undefined
    const visit = visits[depth + 1]
    if (child.kind !== undefined && visit) {
      return (context, frame) => {
        const value = program.ruleValue(context, child)
        return value !== undefined && visit(context, frame, value)
      }
    }
    node = child
  }
  return undefined
}
