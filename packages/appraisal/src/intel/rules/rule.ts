/** One detailed check: what it asks, and how it is answered. */
import type { JsonObject } from '../types.ts'

/** What a check looks at. */
export interface RuleSubject {
  readonly reference: JsonObject
  readonly measurement: JsonObject
  /** Epoch seconds. */
  readonly now: number
}

/** The answer of one check. */
export interface RuleOutcome {
  readonly passed: boolean
  readonly expected?: unknown
  readonly actual?: unknown
  /** What Intel's own engine answers, where that is another answer. */
  readonly original?: boolean
  /** Why it answers otherwise. */
  readonly difference?: string
}

export interface Rule {
  /** As in `detailed_result`. */
  readonly name: string
  /** What it asks, in plain words. */
  readonly meaning: string
  /** The reference keys it reads. */
  readonly keys: readonly string[]
  readonly evaluate: (subject: RuleSubject) => RuleOutcome
}

/** The policy does not ask. */
export const NOT_ASKED: RuleOutcome = { passed: true, expected: 'anything: the policy does not ask' }

/** Adds the original's answer to an outcome. */
export function withOriginal(outcome: RuleOutcome, original: boolean, difference: string): RuleOutcome {
  return original === outcome.passed ? outcome : { ...outcome, original, difference }
}

/** The texts of a list; a single text counts as a list of one, anything else as none. */
export function listTexts(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : [value]
  return list.filter((item) => typeof item === 'string')
}
