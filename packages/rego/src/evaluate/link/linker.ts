import type { Place } from '../../compile/ir.ts'
import type { PlannedBody, PlannedExpression, PlannedTerm, Step } from '../../compile/plan/plan.ts'
import { RegoError } from '../../errors.ts'
import type { Source } from '../../syntax/index.ts'
import type { Context, Evaluate, Frame, Move } from '../context.ts'
import type { Program } from '../program.ts'
import type { ProbedValue } from '../tracer.ts'
import { collectProbes } from './probes.ts'
import { linkStep } from './step.ts'
import { linkTerm } from './term.ts'

/** Makes code of planned rules: each step becomes a function that calls the one after it. */
export class Linker {
  readonly program: Program
  readonly source: Source | undefined
  /** Tells the run's tracer of every expression. */
  readonly traced: boolean

  constructor(program: Program, source: Source | undefined, traced: boolean) {
    this.program = program
    this.source = source
    this.traced = traced
  }

  term(term: PlannedTerm): Evaluate {
    return linkTerm(this, term)
  }

  steps(steps: readonly Step[], end: Move): Move {
    return steps.reduceRight((next, step) => linkStep(this, step, next), end)
  }

  body(body: PlannedBody, end: Move): Move {
    return body.expressions.reduceRight((next, expression) => this.expression(expression, next), end)
  }

  placeOf(at: number): Place | undefined {
    return this.source && { source: this.source, at }
  }

  /** How many calls of the host's stack a body may nest. */
  weigh(body: PlannedBody): number {
    return body.expressions.reduce((sum, { steps }) => sum + steps.length, 0)
  }

  private expression(expression: PlannedExpression, next: Move): Move {
    if (!this.traced || expression.end <= expression.at) return this.steps(expression.steps, next)
    const probes = collectProbes(expression.steps).map(({ text, term }) => ({ text, evaluate: this.term(term) }))
    let passes = 0
    const steps = this.steps(expression.steps, (context, frame) => {
      passes++
      context.run.settings.tracer?.pass(expression)
      return next(context, frame)
    })
    return (context, frame) => {
      const { tracer } = context.run.settings
      tracer?.enter(expression)
      const before = passes
      const stop = steps(context, frame)
      if (passes === before) tracer?.fail(expression, () => readProbes(probes, context, frame))
      return stop
    }
  }
}

function readProbes(
  probes: readonly { readonly text: string; readonly evaluate: Evaluate }[],
  context: Context,
  frame: Frame,
): ProbedValue[] {
  return probes.map(({ text, evaluate }) => {
    try {
      return { text, value: evaluate(context, frame) }
    } catch (error) {
      if (error instanceof RegoError) return { text, value: undefined }
      throw error
    }
  })
}
