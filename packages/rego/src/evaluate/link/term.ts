import type { PlannedTerm } from '../../compile/plan/plan.ts'
import { ObjectBuilder, RegoSet, type Value } from '../../value/index.ts'
import type { Evaluate } from '../context.ts'
import { linkCall } from './call.ts'
import { linkComprehension } from './comprehension.ts'
import type { Linker } from './linker.ts'
import { linkPath } from './path.ts'

/** Makes code of a term. */
export function linkTerm(linker: Linker, term: PlannedTerm): Evaluate {
  switch (term.kind) {
    case 'constant': {
      const { value } = term
      return () => value
    }
    case 'local': {
      const { slot } = term.variable
      return (_, frame) => frame[slot] as Value | undefined
    }
    case 'path':
      return linkPath(linker, term)
    case 'call':
      return linkCall(linker, term)
    case 'array':
      return linkItems(linker, term.items)
    case 'set': {
      const items = linkItems(linker, term.items)
      return (context, frame) => {
        const values = items(context, frame)
        return values === undefined ? undefined : RegoSet.of(values)
      }
    }
    case 'object':
      return linkEntries(linker, term.entries)
    case 'comprehension':
      return linkComprehension(linker, term)
    case 'template':
      return linkTemplate(linker, term.parts)
  }
}

function linkItems(
  linker: Linker,
  items: readonly PlannedTerm[],
): (...args: Parameters<Evaluate>) => readonly Value[] | undefined {
  const evaluates = items.map((item) => linker.term(item))
  return (context, frame) => {
    const values: Value[] = []
    for (const evaluate of evaluates) {
      const value = evaluate(context, frame)
      if (value === undefined) return undefined
      values.push(value)
    }
    if (values.some(isComposite)) context.run.keep(values)
    return values
  }
}

function isComposite(value: Value): boolean {
  return typeof value === 'object' && value !== null
}

function linkEntries(linker: Linker, entries: readonly (readonly [PlannedTerm, PlannedTerm])[]): Evaluate {
  const evaluates = entries.map(([key, value]) => [linker.term(key), linker.term(value)] as const)
  return (context, frame) => {
    const builder = new ObjectBuilder()
    let composite = false
    for (const [nameOf, itemOf] of evaluates) {
      const key = nameOf(context, frame)
      const value = key === undefined ? undefined : itemOf(context, frame)
      if (value === undefined) return undefined
      builder.set(key!, value)
      composite ||= isComposite(key!) || isComposite(value)
    }
    const object = builder.build()
    if (composite) context.run.keep(object)
    return object
  }
}

function linkTemplate(linker: Linker, parts: readonly (string | PlannedTerm)[]): Evaluate {
  const evaluates = parts.map((part) => (typeof part === 'string' ? part : linker.term(part)))
  return (context, frame) => {
    let text = ''
    for (const part of evaluates) {
      const piece = typeof part === 'string' ? part : part(context, frame)
      if (piece === undefined) return undefined
      context.run.memory((piece as string).length)
      text += piece as string
    }
    return text
  }
}
