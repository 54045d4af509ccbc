import { RegoError } from '../errors.ts'
import { sizeOf, type Value } from '../value/index.ts'
import type { BuiltinContext } from './builtin.ts'
import type { EvaluationLimits } from './limits.ts'
import type { Tracer } from './tracer.ts'

/** How many steps pass between two looks at the clock. */
const SLICE = 4096

/** Estimated bytes of one part of a value. */
const PART_BYTES = 16

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
  private stepsLeft: number
  private granted: number
  private slice: number
  private memoryLeft: number
  private readonly deadline: number

  constructor(settings: RunSettings) {
    this.settings = settings
    this.stepsLeft = settings.limits.steps
    this.granted = Math.min(SLICE, this.stepsLeft)
    this.slice = this.granted
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
    return this.settings.limits.steps - this.stepsLeft + (this.granted - this.slice)
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

  /** Charges for keeping a value: parts that several values share count in each. */
  keep(value: Value): void {
    this.memory(typeof value === 'object' && value !== null ? sizeOf(value) * PART_BYTES : PART_BYTES)
  }

  /** Refuses a value that is larger than all memory there was. Throws REGO_LIMIT_MEMORY. */
  admit(value: Value): void {
    if (typeof value !== 'object' || value === null) return
    const { memoryBytes } = this.settings.limits
    if (sizeOf(value) * PART_BYTES > memoryBytes) {
      throw new RegoError('REGO_LIMIT_MEMORY', `a value is larger than ${memoryBytes} bytes`)
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
    this.stepsLeft -= this.granted - this.slice
    if (this.stepsLeft < 0) {
      throw new RegoError('REGO_LIMIT_STEPS', `the evaluation takes more than ${limits.steps} steps`)
    }
    if (clock && clock() > this.deadline) {
      throw new RegoError('REGO_LIMIT_TIME', `the evaluation takes longer than ${limits.milliseconds} milliseconds`)
    }
    this.granted = Math.min(SLICE, this.stepsLeft)
    this.slice = this.granted
  }
}
