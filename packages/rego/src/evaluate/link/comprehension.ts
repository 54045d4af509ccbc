import type { Place } from '../../compile/ir.ts'
import type { PlannedComprehension } from '../../compile/plan/plan.ts'
import { equalValues, keyOf, type MapKey, ObjectBuilder, RegoSet, termText, type Value } from '../../value/index.ts'
import type { Evaluate, Frame, Move } from '../context.ts'
import { conflict } from '../documents/extent.ts'
import type { Linker } from './linker.ts'

/** Estimated bytes of one collected member. */
const MEMBER_BYTES = 32

/** Collects what a body goes on with. */
export function linkComprehension(linker: Linker, term: PlannedComprehension): Evaluate {
  const { slot } = term
  const value = linker.term(term.value)
  const key = term.key && linker.term(term.key)
  const weight = 2 + linker.weigh(term.body)
  const collect = (add: (frame: Frame, value: Value, key: Value | undefined) => void): Move =>
    linker.body(term.body, (context, frame) => {
      const item = value(context, frame)
      const at = key?.(context, frame)
      if (item === undefined || (key && at === undefined)) return false
      context.run.memory(MEMBER_BYTES)
      context.run.keep(item)
      if (at !== undefined) context.run.keep(at)
      add(frame, item, at)
      return false
    })
  const gather = (move: Move, start: () => unknown, finish: (collected: unknown) => Value): Evaluate => {
    return (context, frame) => {
      frame[slot] = start()
      context.run.descend(weight)
      move(context, frame)
      context.run.depth -= weight
      return finish(frame[slot])
    }
  }
  switch (term.makes) {
    case 'array':
      return gather(
        collect((frame, item) => (frame[slot] as Value[]).push(item)),
        () => [],
        (items) => items as Value[],
      )
    case 'set':
      return gather(collect(addToSet(slot)), newMembers, (members) => new RegoSet(members as Map<MapKey, Value>))
    case 'object':
      return gather(
        collect(addToObject(slot, linker.placeOf(term.at))),
        () => new ObjectBuilder(),
        (builder) => (builder as ObjectBuilder).build(),
      )
    case 'text':
      return gather(collect(addToSet(slot)), newMembers, (members) => textOf(members as Map<MapKey, Value>))
  }
}

function newMembers(): Map<MapKey, Value> {
  return new Map()
}

function addToSet(slot: number): (frame: Frame, value: Value) => void {
  return (frame, value) => {
    ;(frame[slot] as Map<MapKey, Value>).set(keyOf(value), value)
  }
}

function addToObject(
  slot: number,
  place: Place | undefined,
): (frame: Frame, value: Value, key: Value | undefined) => void {
  return (frame, value, key) => {
    const builder = frame[slot] as ObjectBuilder
    const known = builder.get(key!)
    if (known === undefined) builder.set(key!, value)
    else if (!equalValues(known, value)) throw conflict(undefined, place)
  }
}

/** What a template shows of an expression. */
function textOf(members: ReadonlyMap<MapKey, Value>): string {
  if (members.size > 1) throw conflict('template expressions must not produce multiple outputs')
  for (const value of members.values()) return typeof value === 'string' ? value : termText(value)
  return '<undefined>'
}
