import { CoverageRecorder, type CoverageReport } from '../coverage/coverage.ts'
import { type Location, RegoError } from '../errors.ts'
import { explainRule } from '../explain/explain.ts'
import type { Explanation } from '../explain/types.ts'
import type { EvaluationOptions } from '../policy/options.ts'
import type { Policy } from '../policy/policy.ts'

/** What became of one test. */
export interface TestResult {
  /** Path of the rule, such as `data.policy_test.test_allow`. */
  readonly name: string
  readonly location: Location
  /** `error`: the evaluation ended with an error; `skipped`: the name begins with `todo_`. */
  readonly outcome: 'passed' | 'failed' | 'error' | 'skipped'
  readonly message: string | undefined
  /** Why a failed test does not hold. */
  readonly explanation: Explanation | undefined
  /** What `print` said. */
  readonly printed: readonly string[]
}

/** What became of all tests. */
export interface TestReport {
  readonly results: readonly TestResult[]
  readonly passed: number
  readonly failed: number
  readonly errors: number
  readonly skipped: number
  readonly coverage: CoverageReport | undefined
}

/** Which tests run, and how. */
export interface TestOptions extends EvaluationOptions {
  /** Runs only tests whose path it matches. */
  readonly filter?: (name: string) => boolean
  /** Notes which rows of the policy the tests reach. */
  readonly coverage?: boolean
}

/** Runs every rule named `test_…`: it passes when it is defined and not false. Throws nothing of the tests' own. */
export function runTests(policy: Policy, options: TestOptions = {}): TestReport {
  const recorder = options.coverage ? new CoverageRecorder() : undefined
  const results = policy.ruleLocations
    .filter(({ path }) => /\.(?:todo_)?test_\w*$/.test(path) && (options.filter?.(path) ?? true))
    .map(({ path, location }) => runTest(policy, path, location, options, recorder))
  const count = (outcome: TestResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length
  return {
    results,
    passed: count('passed'),
    failed: count('failed'),
    errors: count('error'),
    skipped: count('skipped'),
    coverage: recorder?.report(policy),
  }
}

function runTest(
  policy: Policy,
  name: string,
  location: Location,
  options: TestOptions,
  recorder: CoverageRecorder | undefined,
): TestResult {
  const printed: string[] = []
  const base = { name, location, message: undefined, explanation: undefined, printed }
  if (/\.todo_test_\w*$/.test(name)) return { ...base, outcome: 'skipped' }
  try {
    const result = policy.evaluateRule(name, { ...options, print: (line) => printed.push(line) }, recorder)
    if (result.defined && result.value !== false) return { ...base, outcome: 'passed' }
    return { ...base, outcome: 'failed', explanation: explainRule(policy, name, options) }
  } catch (error) {
    if (!(error instanceof RegoError)) throw error
    return { ...base, outcome: 'error', message: error.message }
  }
}
