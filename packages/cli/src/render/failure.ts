import { isCodedError } from '@veritee/codec/error'
import { CliError, type CliErrorCode } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import type { Io } from '../io.ts'
import { createPaint, printable, printableValue, toJson } from './paint.ts'

/** Statuses of errors that are a refusal by somebody who judged, not a fault of the input. */
const REFUSALS = new Set([401, 403, 404, 422])

/** More findings than a person reads; the JSON form has all of them. */
const MAX_FINDINGS = 50

/** Tells what went wrong and what to do next; returns the exit code that belongs to it. */
export function renderFailure(io: Io, thrown: unknown, json: boolean): ExitCode {
  const error = describeFileFault(thrown) ?? thrown
  if (!isCodedError(error)) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    if (json)
      io.out(`${toJson({ error: { code: 'CLI_UNEXPECTED' satisfies CliErrorCode, message: String(error) } })}\n`)
    io.err(`veritee: unexpected failure, please report it\n${printable(message)}\n`)
    return EXIT.malformed
  }
  const { code, message, next, details } = error
  if (json) io.out(`${toJson({ error: { code, message, next, details } })}\n`)
  else {
    const paint = createPaint(io.colour)
    io.err(`${paint.bad('error')} ${printable(message)} ${paint.dim(`[${code}]`)}\n`)
    const { line, caret } = details
    if (typeof line === 'string' && typeof caret === 'string') io.err(`  ${excerpt(line)}\n  ${excerpt(caret)}\n`)
    if (details.path !== undefined) io.err(`  at        ${printableValue(details.path)}\n`)
    if (details.expected !== undefined) io.err(`  expected  ${printableValue(details.expected)}\n`)
    if (details.actual !== undefined) io.err(`  actual    ${printableValue(details.actual)}\n`)
    const advice = typeof details['serviceNext'] === 'string' ? details['serviceNext'] : next
    io.err(`  next      ${printableValue(advice)}\n`)
    for (const finding of findingsOf(details['findings'])) io.err(`  - ${printableValue(finding)}\n`)
  }
  return REFUSALS.has(error.status) ? EXIT.refused : EXIT.malformed
}

/** One line of a document as it can stand on a terminal, its columns kept under the caret. */
function excerpt(line: string): string {
  return printable(line.replaceAll('\t', '  '))
}

/** What the operating system says about a file is about what was typed, wherever it came up. */
function describeFileFault(error: unknown): CliError | undefined {
  if (isCodedError(error) || !(error instanceof Error)) return undefined
  const { code, syscall, path } = error as NodeJS.ErrnoException
  if (code === undefined || syscall === undefined || path === undefined) return undefined
  const reading = ['open', 'read', 'stat', 'lstat', 'scandir', 'access'].includes(syscall)
  const [row, what] = reading
    ? (['CLI_FILE_UNREADABLE', 'read'] as const)
    : (['CLI_FILE_UNWRITABLE', 'written'] as const)
  return new CliError(row, `${path} cannot be ${what} (${code})`, { details: { path }, cause: error })
}

/** Findings come from a service, so nothing about their shape is taken for granted. */
function findingsOf(value: unknown): string[] {
  if (!Array.isArray(value)) return []
  const lines = value.slice(0, MAX_FINDINGS).map((finding: unknown) => {
    const { message, code } = (finding ?? {}) as { message?: unknown; code?: unknown }
    return `${String(message)} [${String(code)}]`
  })
  return value.length > MAX_FINDINGS ? [...lines, `and ${value.length - MAX_FINDINGS} more, see --json`] : lines
}
