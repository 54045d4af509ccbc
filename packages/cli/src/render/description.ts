import type { Io } from '../io.ts'
import { createPaint, type Paint, printableValue } from './paint.ts'

/** Longest value shown on one line; the JSON form has all of it. */
const LINE_CHARACTERS = 160
const DEEPEST = 12

/** Shows JSON data as indented `name: value` lines. */
export function renderDescription(io: Io, value: unknown): void {
  io.out(`${createPaint(io.colour).warn('not judged: what the bytes say of themselves')}\n`)
  for (const line of linesOf(value, 0, createPaint(io.colour))) io.out(`${line}\n`)
}

function* linesOf(value: unknown, depth: number, paint: Paint): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  const entries = Array.isArray(value)
    ? value.map((item, index) => [String(index), item] as const)
    : Object.entries(value)
  for (const [name, member] of entries) {
    const label = `${'  '.repeat(depth)}${paint.dim(`${printableValue(name)}:`)}`
    if (typeof member !== 'object' || member === null) yield `${label} ${shorten(String(member))}`
    else if (isFlat(member)) yield `${label} ${shorten(JSON.stringify(member))}`
    else if (depth >= DEEPEST) yield `${label} …`
    else {
      yield label
      yield* linesOf(member, depth + 1, paint)
    }
  }
}

/** Arrays of plain values, and empty objects, fit on the line of their name. */
function isFlat(value: object): boolean {
  if (Array.isArray(value)) return value.every((item) => typeof item !== 'object' || item === null)
  return Object.keys(value).length === 0
}

function shorten(text: string): string {
  const safe = printableValue(text)
  return safe.length <= LINE_CHARACTERS ? safe : `${safe.slice(0, LINE_CHARACTERS)}… (${safe.length} characters)`
}
