import type { Step } from '../../compile/plan/plan.ts'
import { RegoObject, RegoSet, termText, type Value } from '../../value/index.ts'
import type { Context, Frame, Move } from '../context.ts'
import type { Linker } from './linker.ts'
import { linkPattern } from './pattern.ts'
import { linkScan } from './scan.ts'
import { linkWith } from './with.ts'

/** Makes code of a step that goes on with `next`. */
export function linkStep(linker: Linker, step: Step, next: Move): Move {
  switch (step.kind) {
    case 'scan':
      return linkScan(linker, step, next)
    case 'match': {
      const source = linker.term(step.source)
      const match = linkPattern(linker, step.pattern)
      return (context, frame) => {
        const value = source(context, frame)
        return value !== undefined && match(context, frame, value) && next(context, frame)
      }
    }
    case 'test': {
      const term = linker.term(step.term)
      return (context, frame) => {
        const value = term(context, frame)
        return value !== undefined && value !== false && next(context, frame)
      }
    }
    case 'relation': {
      const call = linker.term(step.call)
      const match = linkPattern(linker, step.pattern)
      return (context, frame) => {
        const items = call(context, frame) as readonly Value[] | undefined
        for (const item of items ?? []) if (match(context, frame, item) && next(context, frame)) return true
        return false
      }
    }
    case 'each':
      return linkEach(linker, step, next)
    case 'not': {
      const inner = linker.steps(step.steps, () => true)
      return (context, frame) => !inner(context, frame) && next(context, frame)
    }
    case 'every':
      return linkEvery(linker, step, next)
    case 'with':
      return linkWith(linker, step, next)
    case 'print':
      return linkPrint(linker, step, next)
  }
}

function linkEach(linker: Linker, step: Step & { kind: 'each' }, next: Move): Move {
  const domain = linker.term(step.domain)
  const matchKey = step.key && linkPattern(linker, step.key)
  const matchValue = linkPattern(linker, step.value)
  const visit = (context: Context, frame: Frame, key: Value, value: Value): boolean => {
    context.run.step()
    if (matchKey && !matchKey(context, frame, key)) return false
    return matchValue(context, frame, value) && next(context, frame)
  }
  return (context, frame) => {
    const collection = domain(context, frame)
    return collection !== undefined && someItem(collection, (key, value) => visit(context, frame, key, value))
  }
}

function linkEvery(linker: Linker, step: Step & { kind: 'every' }, next: Move): Move {
  const domain = linker.term(step.domain)
  const body = linker.body(step.body, () => true)
  const keySlot = step.key?.slot
  const valueSlot = step.value.slot
  return (context, frame) => {
    const collection = domain(context, frame)
    if (!isCollection(collection)) return false
    const fails = someItem(collection, (key, value) => {
      context.run.step()
      if (keySlot !== undefined) frame[keySlot] = key
      frame[valueSlot] = value
      return !body(context, frame)
    })
    return !fails && next(context, frame)
  }
}

function isCollection(value: Value | undefined): value is readonly Value[] | RegoObject | RegoSet {
  return Array.isArray(value) || value instanceof RegoObject || value instanceof RegoSet
}

/** Visits keys and values in order until one visit says stop. */
function someItem(collection: Value, visit: (key: Value, value: Value) => boolean): boolean {
  if (Array.isArray(collection)) {
    for (let i = 0; i < collection.length; i++) if (visit(i, collection[i] as Value)) return true
  } else if (collection instanceof RegoObject) {
    for (const key of collection.keys()) if (visit(key, collection.get(key)!)) return true
  } else if (collection instanceof RegoSet) {
    for (const item of collection.values()) if (visit(item, item)) return true
  }
  return false
}

function linkPrint(linker: Linker, step: Step & { kind: 'print' }, next: Move): Move {
  const args = step.args.map((argument) => linker.term(argument))
  return (context, frame) => {
    if (context.run.settings.print) {
      let lines = ['']
      for (const [i, argument] of args.entries()) {
        const values = (argument(context, frame) as RegoSet).values()
        const texts =
          values.length === 0 ? ['<undefined>'] : values.map((v) => (typeof v === 'string' ? v : termText(v)))
        context.run.memory(lines.length * texts.length * 64)
        lines = lines.flatMap((line) => texts.map((text) => (i === 0 ? text : `${line} ${text}`)))
      }
      for (const line of lines) context.run.print(line)
    }
    return next(context, frame)
  }
}
