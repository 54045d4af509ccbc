import type { Judgement } from '@veritee/appraisal/judge'
import type { Io } from '../io.ts'
import { createPaint, type Paint, printableValue } from './paint.ts'

/** The four questions in the order they are asked, and what an unasked one means. */
const QUESTIONS = [
  ['readable', 'the bytes are well-formed evidence'],
  ['genuine', 'the chain of signatures ends in a trusted root'],
  ['fresh', 'it was made for this question (--report-data)'],
  ['expected', 'it is the machine you wanted (--expect)'],
] as const

/** Says a judgement in a few lines a person reads from top to bottom: the verdict, the answers, what failed and what to do. */
export function renderJudgement(io: Io, judgement: Judgement): void {
  const paint = createPaint(io.colour)
  io.out(`${headline(judgement, paint)}\n`)
  for (const [name, meaning] of QUESTIONS) {
    io.out(`  ${name.padEnd(9)} ${answer(judgement.answers[name], paint)} ${paint.dim(meaning)}\n`)
  }
  if (judgement.status !== undefined && judgement.status !== '')
    io.out(`  status    ${printableValue(String(judgement.status))}\n`)
  if (judgement.advisories.length > 0) io.out(`  advisories ${printableValue(judgement.advisories.join(', '))}\n`)
  if (judgement.root !== undefined) io.out(`  root      ${printableValue(judgement.root)}\n`)
  for (const { tee = 'device', accepted } of judgement.devices ?? []) {
    io.out(`  beside it ${printableValue(tee)}: ${accepted ? paint.good('accepted') : paint.bad('refused')}\n`)
  }
  const passed = judgement.checks.filter(({ result }) => result === 'pass').map(({ id }) => id)
  if (passed.length > 0) io.out(`${paint.good('pass')} ${printableValue(passed.join(', '))}\n`)
  for (const check of judgement.checks) {
    if (check.result === 'pass') continue
    const mark = check.result === 'fail' ? paint.bad('fail') : paint.warn('skip')
    io.out(
      `${mark} ${check.id} ${paint.dim(`[${check.code ?? ''}]`)}${check.message ? ` ${printableValue(check.message)}` : ''}\n`,
    )
    if (check.result === 'fail') differences(io, check)
  }
  for (const finding of judgement.findings) {
    const mark = { error: paint.bad('fail'), warning: paint.warn('warn'), info: paint.dim('info') }[finding.severity]
    io.out(`${mark} ${printableValue(finding.message)} ${paint.dim(`[${finding.code}]`)}\n`)
    io.out(`  at        ${printableValue(finding.path)}\n`)
    differences(io, finding)
  }
}

function headline(judgement: Judgement, paint: Paint): string {
  const { answers, simulated } = judgement
  const tee = judgement.tee === undefined ? 'evidence' : `${judgement.tee} evidence`
  const words = simulated ? `SIMULATED ${tee}` : tee
  if (!judgement.accepted) {
    const failed = QUESTIONS.map(([name]) => name).find((name) => answers[name] === 'no')
    return `${paint.bad('refused')}: ${words}, not ${failed ?? 'accepted'}`
  }
  const known = answers.fresh === 'yes' ? 'genuine and fresh' : 'genuine, not known to be fresh'
  return `${paint.good('accepted')}: ${words}, ${known}`
}

function answer(value: 'yes' | 'no' | 'unasked', paint: Paint): string {
  const text = value.padEnd(7)
  return value === 'yes' ? paint.good(text) : value === 'no' ? paint.bad(text) : paint.warn(text)
}

function differences(io: Io, entry: { expected?: unknown; actual?: unknown; next?: string }): void {
  if (entry.expected !== undefined) io.out(`  expected  ${printableValue(entry.expected)}\n`)
  if (entry.actual !== undefined) io.out(`  actual    ${printableValue(entry.actual)}\n`)
  if (entry.next !== undefined) io.out(`  next      ${printableValue(entry.next)}\n`)
}
