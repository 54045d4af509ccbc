/** What one evaluation may use up. */
export interface EvaluationLimits {
  /** Steps: about one per expression tried or item visited. */
  readonly steps: number
  /** Memory made during the evaluation, in estimated bytes; what is freed again counts too. */
  readonly memoryBytes: number
  /** Rules, functions and expressions waiting for each other. */
  readonly depth: number
  /** How deeply input and data may be nested. */
  readonly valueDepth: number
  /** Milliseconds by `clock`; without a clock there is no limit on time. */
  readonly milliseconds: number
}

/** Enough for policies of hundreds of rules over inputs of megabytes. */
export const DEFAULT_LIMITS: EvaluationLimits = {
  steps: 10_000_000,
  memoryBytes: 268_435_456,
  depth: 2_000,
  valueDepth: 128,
  milliseconds: 5_000,
}
