/** Runs cases of the Open Policy Agent and tells how they come out. */
import { placeText, RegoError } from '../src/errors.ts'
import type { Builtin } from '../src/evaluate/builtin.ts'
import { compilePolicy } from '../src/policy/compile-policy.ts'
import type { RegoVersion } from '../src/syntax/index.ts'
import {
  compareValues,
  equalValues,
  isArray,
  isObject,
  RegoObject,
  type Value,
  valueFromJsonText,
} from '../src/value/index.ts'
import type { OpaCase } from './cases.ts'

/** The moment at which the cases are evaluated. */
const NOW = 1_780_000_000

/** A function that only these cases have; one query sees one moment, so there is nothing to wait for. */
const SLEEP: Builtin = { name: 'test.sleep', arity: 1, evaluate: () => null }

/** What went wrong with a case; undefined when it came out as expected. */
export function runOpaCase(test: OpaCase, version: RegoVersion): string | undefined {
  let answers: Record<string, unknown>[]
  try {
    answers = ask(test, version)
  } catch (error) {
    return judgeError(test, error)
  }
  if (test.wantErrorCode !== undefined || test.wantError !== undefined) {
    return `expected ${test.wantErrorCode ?? test.wantError}, came ${JSON.stringify(answers)}`
  }
  const expected = (test.wantResult ?? []).map((row) => comparable(row, test.sortBindings))
  const actual = answers.map((row) => comparable(row, test.sortBindings))
  expected.sort(compareValues)
  actual.sort(compareValues)
  const equal = expected.length === actual.length && expected.every((row, i) => equalValues(row, actual[i]!))
  return equal ? undefined : `expected ${JSON.stringify(test.wantResult ?? [])}, came ${JSON.stringify(answers)}`
}

function ask(test: OpaCase, version: RegoVersion): Record<string, unknown>[] {
  const sources = test.modules.map((text, i) => ({ file: `test-${i}.rego`, text }))
  const policy = compilePolicy(sources, { version, builtins: [SLEEP] })
  const input = test.inputTerm === undefined ? test.input : valueOfTerm(test.inputTerm)
  const result = policy.evaluate({
    query: test.query,
    input,
    data: test.data,
    now: NOW,
    strictBuiltinErrors: test.strictError,
    limits: { steps: 50_000_000 },
  })
  return result.answers.map(({ bindings }) => ({ ...bindings }))
}

function valueOfTerm(text: string): Value {
  const policy = compilePolicy([{ file: 'input.rego', text: `package term\nvalue = x { x = ${text} }` }], {
    version: 'v0',
  })
  return policy.evaluateRule('data.term.value').regoValue!
}

/** Errors read `file:row: code: message`. */
function judgeError(test: OpaCase, error: unknown): string | undefined {
  if (!(error instanceof RegoError)) return `threw ${(error as Error).stack ?? String(error)}`
  const place = error.location ? placeText(error.location) : ''
  const message = error.message.startsWith(`${place}: `) ? error.message.slice(place.length + 2) : error.message
  const where = error.location ? `${error.location.file}:${error.location.row}: ` : ''
  const text = `${where}${error.opaCode ?? error.code}: ${message}`
  if (test.wantErrorCode === undefined && test.wantError === undefined) return `threw ${text}`
  if (test.wantErrorCode !== undefined && error.opaCode !== test.wantErrorCode) {
    return `expected ${test.wantErrorCode}, threw ${text}`
  }
  return test.wantError === undefined || text.includes(test.wantError)
    ? undefined
    : `expected ${test.wantError}, threw ${text}`
}

/** A row as a value; where order is not promised, arrays directly in bindings are sorted. */
function comparable(row: Record<string, unknown>, sorted: boolean): Value {
  const value = valueFromJsonText(JSON.stringify(row))
  if (!sorted || !isObject(value)) return value
  return RegoObject.of(
    [...value.entries()].map(([name, item]) => [name, isArray(item) ? [...item].sort(compareValues) : item]),
  )
}
