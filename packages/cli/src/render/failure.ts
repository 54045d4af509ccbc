import { isCodedError } from '@veritee/codec/error'
import { EXIT, type ExitCode } from '../exit.ts'
import type { Io } from '../io.ts'
import { createPaint, printable } from './paint.ts'

/** Statuses of errors that are a refusal by somebody who judged, not a fault of the input. */
const REFUSALS = new Set([401, 403, 404, 422])

/** Tells what went wrong and what to do next; returns the exit code that belongs to it. */
export function renderFailure(io: Io, error: unknown, json: boolean): ExitCode {
  if (!isCodedError(error)) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    io.err(`veritee: unexpected failure, please report it\n${printable(message)}\n`)
    return EXIT.malformed
  }
  const { code, message, next, details } = error
  if (json) io.out(`${JSON.stringify({ error: { code, message, next, details } })}\n`)
  else {
    const paint = createPaint(io.colour)
    io.err(`${paint.bad('error')} ${printable(message)} ${paint.dim(`[${code}]`)}\n`)
    const { line, caret } = details
    if (typeof line === 'string' && typeof caret === 'string') io.err(`  ${excerpt(line)}\n  ${excerpt(caret)}\n`)
    if (details.path !== undefined) io.err(`  at        ${printable(String(details.path))}\n`)
    if (details.expected !== undefined) io.err(`  expected  ${show(details.expected)}\n`)
    if (details.actual !== undefined) io.err(`  actual    ${show(details.actual)}\n`)
    io.err(`  next      ${printable(next)}\n`)
    for (const finding of findingsOf(details['findings'])) io.err(`  - ${printable(finding)}\n`)
  }
  return REFUSALS.has(error.status) ? EXIT.refused : EXIT.malformed
}

function show(value: unknown): string {
  return printable(typeof value === 'string' ? value : JSON.stringify(value))
}

function findingsOf(value: unknown): string[] {
  if (!Array.isArray(value)) return []
  return value.map(
    (finding: { message?: unknown; code?: unknown }) => `${String(finding.message)} [${String(finding.code)}]`,
  )
}

/** A line of a text, with tabs narrowed so that the caret stays under its place. */
function excerpt(line: string): string {
  return printable(line.replaceAll('\t', '  '))
}
