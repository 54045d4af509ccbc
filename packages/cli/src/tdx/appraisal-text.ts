/** An appraisal, a policy and a comparison for people. */
import {
  type IntelCheck,
  type IntelDifference,
  type IntelVerdict,
  type PolicyChange,
  type PolicyExplanation,
  type ResultExplanation,
  writeJson,
} from '@veritee/appraisal/intel'
import { type Paint, printableValue } from '../render/paint.ts'

const VERDICTS: Readonly<Record<IntelVerdict, string>> = { 1: 'passed', 0: 'failed', [-1]: 'no policy' }

/** One line of each report, and below it what failed, with expected and actual. */
export function* explainReports(
  reports: readonly { className: string; verdict: IntelVerdict; checks: readonly IntelCheck[] }[],
  paint: Paint,
  all: boolean,
): Generator<string> {
  for (const { className, verdict, checks } of reports) {
    const mark = verdict === 1 ? paint.good : verdict === 0 ? paint.bad : paint.warn
    yield `${mark(VERDICTS[verdict].padEnd(9))} ${className}`
    for (const check of checks) if (all || check.result === 'fail') yield* explainCheck(check, paint)
  }
}

function* explainCheck(check: IntelCheck, paint: Paint): Generator<string> {
  const { id, result, meaning, expected, actual, next } = check
  yield `  ${result === 'pass' ? paint.good('pass') : paint.bad('fail')} ${id}: ${meaning}`
  if (expected !== undefined) yield `       expected  ${show(expected)}`
  if (actual !== undefined) yield `       actual    ${show(actual)}`
  if (next !== undefined) yield `       next      ${printableValue(next)}`
}

/** Checks of a result whose stated outcome does not follow from what the result holds. */
export function* explainDisputes(reports: readonly ResultExplanation[], paint: Paint): Generator<string> {
  for (const { className, disputed } of reports) {
    for (const name of disputed)
      yield `${paint.warn('disputed')} ${className}: ${name} does not follow from policy and report`
  }
}

/** Where Intel's own engine answers otherwise. */
export function* explainDifferences(differences: readonly IntelDifference[]): Generator<string> {
  for (const { path, ours, original, message } of differences) {
    yield `differs  ${printableValue(path)}: here ${String(ours)}, in the original ${String(original)}. ${message}`
  }
}

/** What a policy asks for, check by check. */
export function* describePolicy({ className, classId, description, demands }: PolicyExplanation): Generator<string> {
  yield `${className} (${classId})${description === '' ? '' : `: ${printableValue(description)}`}`
  for (const { check, meaning, asked, open } of demands) {
    const names = Object.keys(asked)
    yield `  ${check}: ${meaning}`
    if (names.length === 0) yield `       not asked (${open.join(', ')})`
    for (const name of names) yield `       ${name} = ${show(asked[name])}`
  }
}

/** What changed between two policies. */
export function* describeChanges(changes: readonly PolicyChange[], paint: Paint): Generator<string> {
  const marks = { stricter: paint.good('stricter'), looser: paint.bad('looser  '), other: paint.warn('changed ') }
  for (const { className, key, meaning, before, after, effect } of changes) {
    yield `${marks[effect]} ${className}${key === undefined ? ': the whole policy' : `, ${printableValue(key)}`}`
    if (meaning !== undefined) yield `  ${meaning}`
    yield `  before    ${before === undefined ? 'absent' : show(before)}`
    yield `  after     ${after === undefined ? 'absent' : show(after)}`
  }
}

function show(value: unknown): string {
  return printableValue(typeof value === 'string' ? value : writeJson(value))
}
