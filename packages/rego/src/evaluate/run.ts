import { RegoError } from '../errors.ts'
import type { Value } from '../value/index.ts'
import type { BuiltinContext } from './builtin.ts'
import type { EvaluationLimits } from './limits.ts'
import type { Tracer } from './tracer.ts'

/** How many steps pass between two looks at the clock. */
const SLICE = 4096

/** What the caller gives to one evaluation besides its documents. */
export interface RunSettings {
  readonly limits: EvaluationLimits
  readonly clock: (() => number) | undefined
  readonly strictBuiltinErrors: boolean
  readonly nowNanoseconds: bigint
  readonly randomBytes: (count: number) => Uint8Array
  readonly print: ((message: string) => void) | undefined
  readonly runtime: Value
  readonly host: (name: string, args: readonly Value[]) => Value | undefined
  readonly tracer: Tracer | undefined
}

/** One evaluation: counts what it uses and lends it to built-ins. */
export class Run implements BuiltinContext {
  readonly cache: Map<string, unknown> = new Map()
  readonly settings: RunSettings
  /** Errors of built-ins that did not end the evaluation. */
  readonly failures: RegoError[] = []
  depth = 0
  private slice = SLICE
  private stepsLeft: number
  private memoryLeft: number
  private readonly deadline: number

  constructor(settings: RunSettings) {
    this.settings = settings
    this.stepsLeft = settings.limits.steps
    this.memoryLeft = settings.limits.memoryBytes
    this.deadline = settings.clock ? settings.clock() + settings.limits.milliseconds : Number.POSITIVE_INFINITY
  }

  get nowNanoseconds(): bigint {
    return this.settings.nowNanoseconds
  }

  get runtime(): Value {
    return this.settings.runtime
  }

  /** Steps taken so far. */
  get stepsTaken(): number {
    return this.settings.limits.steps - this.stepsLeft + (SLICE - this.slice)
  }

  step(count = 1): void {
    this.slice -= count
    if (this.slice < 0) this.startSlice()
  }

  memory(bytes: number): void {
    this.memoryLeft -= bytes
    if (this.memoryLeft < 0) {
      const { memoryBytes } = this.settings.limits
      throw new RegoError('REGO_LIMIT_MEMORY', `the evaluation makes more than ${memoryBytes} bytes of values`)
    }
  }

  /** Goes deeper by a number of levels; the caller takes them back. Throws REGO_LIMIT_DEPTH. */
  descend(levels: number): void {
    this.depth += levels
    if (this.depth > this.settings.limits.depth) {
      throw new RegoError('REGO_LIMIT_DEPTH', `the evaluation is more than ${this.settings.limits.depth} levels deep`)
    }
  }

  randomBytes(count: number): Uint8Array {
    this.memory(count)
    return this.settings.randomBytes(count)
  }

  print(message: string): void {
    this.settings.print?.(message)
  }

  host(name: string, args: readonly Value[]): Value | undefined {
    return this.settings.host(name, args)
  }

  private startSlice(): void {
    const { limits, clock } = this.settings
    this.stepsLeft -= SLICE - this.slice
    if (this.stepsLeft < 0) {
      throw new RegoError('REGO_LIMIT_STEPS', `the evaluation takes more than ${limits.steps} steps`)
    }
    if (clock && clock() > this.deadline) {
      throw new RegoError('REGO_LIMIT_TIME', `the evaluation takes longer than ${limits.milliseconds} milliseconds`)
    }
    this.slice = Math.min(SLICE, this.stepsLeft)
  }
}
