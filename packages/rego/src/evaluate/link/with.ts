import type { PlannedWith, Step } from '../../compile/plan/plan.ts'
import type { RuleNode } from '../../compile/rule-tree.ts'
import { RegoError } from '../../errors.ts'
import { RegoObject, type Value } from '../../value/index.ts'
import type { Builtin } from '../builtin.ts'
import { Context, type Mask, type Mock, type Move } from '../context.ts'
import { replaceAt } from '../documents/index-value.ts'
import type { Linker } from './linker.ts'

/** Tries an expression under replaced documents and functions, and goes on under those of before. */
export function linkWith(linker: Linker, step: Step & { kind: 'with' }, next: Move): Move {
  const { slot } = step
  const values = step.modifiers.map(({ value }) => linker.term(value))
  const inner = linker.steps(step.steps, (_, frame) => next(frame[slot] as Context, frame))
  return (context, frame) => {
    const replaced: Value[] = []
    for (const evaluate of values) {
      const value = evaluate(context, frame)
      if (value === undefined) return false
      replaced.push(value)
    }
    const before = frame[slot]
    frame[slot] = context
    const stop = inner(replaceDocuments(context, step.modifiers, replaced), frame)
    frame[slot] = before
    return stop
  }
}

function replaceDocuments(context: Context, modifiers: readonly PlannedWith[], values: readonly Value[]): Context {
  let { input, data, mask } = context
  let mocks: Map<RuleNode | Builtin, Mock> | undefined
  for (const [i, { target, replacement }] of modifiers.entries()) {
    const value = values[i]!
    if (target.kind === 'function') {
      mocks ??= new Map(context.mocks)
      const key = 'node' in target.callee ? target.callee.node : target.callee.builtin
      mocks.set(key, replacement ? { callee: replacement } : { value })
    } else if (target.kind === 'input') {
      input = replaceAt(input, target.path, value)
    } else {
      const replaced = replaceAt(data, target.path, value)
      if (!(replaced instanceof RegoObject))
        throw new RegoError('REGO_MERGE_CONFLICT', '`data` can be replaced by an object only')
      data = replaced
      mask = maskAt(mask, target.path)
    }
  }
  return new Context(context.run, input, data, mask, mocks ?? context.mocks)
}

function maskAt(mask: Mask | undefined, path: readonly string[]): Mask {
  const [name, ...rest] = path
  if (name === undefined || mask?.replaced) return { replaced: true, children: new Map() }
  const children = new Map(mask?.children)
  children.set(name, maskAt(children.get(name), rest))
  return { replaced: false, children }
}
