import { RE2JS, RE2JSException } from 're2js'
import type { BuiltinContext } from '../../evaluate/builtin.ts'
import { failure } from '../operand.ts'

/** Longest pattern that is compiled. */
const MAX_PATTERN = 16_384

/** Where one match and each of its groups begin and end, in code units; undefined for a group that took no part. */
export interface Match {
  readonly start: number
  readonly end: number
  readonly groups: readonly (readonly [start: number, end: number] | undefined)[]
}

/** A compiled pattern; a search takes time linear in the text. */
export class PatternProgram {
  readonly groupNames: Readonly<Record<string, number>>
  private readonly program: RE2JS
  private readonly size: number
  private readonly looksFar: boolean
  private readonly context: BuiltinContext

  constructor(program: RE2JS, context: BuiltinContext) {
    this.program = program
    this.size = program.programSize()
    this.looksFar = canLookFar(program.pattern())
    this.groupNames = program.namedGroups()
    this.context = context
  }

  test(text: string): boolean {
    this.charge(text.length, 0)
    return this.program.matcher(text).find()
  }

  /** Matches from left to right, `limit` at most; an empty one right behind another does not count. */
  *matchesIn(text: string, limit: number = Number.POSITIVE_INFINITY): Iterable<Match> {
    const matcher = this.program.matcher(text)
    let previousEnd = -1
    let count = 0
    let scanned = 0
    while (count < limit) {
      this.charge(0, text.length - scanned)
      if (!matcher.find()) return
      const start = matcher.start()
      const end = matcher.end()
      this.charge(end - scanned, 0)
      scanned = end
      const isEmptyBehind = start === end && start === previousEnd
      previousEnd = end
      if (isEmptyBehind) continue
      count++
      const groups = Array.from({ length: this.program.groupCount() }, (_, i) => {
        const from = matcher.start(i + 1)
        return from < 0 ? undefined : ([from, matcher.end(i + 1)] as const)
      })
      yield { start, end, groups }
    }
  }

  /** Charges what was read for certain, and what a search may look ahead to no avail. */
  private charge(read: number, ahead: number): void {
    this.context.step(1 + Math.floor(((read + (this.looksFar ? ahead : 0)) * this.size) / 64))
  }
}

/**
 * Tells whether a search may read far beyond the match it finds. It may not where nothing repeats without bounds, or one
 * thing does at the very end of the pattern: all that it reads is then part of the match.
 */
function canLookFar(pattern: string): boolean {
  const plain = pattern.replace(/\\./gs, 'x')
  const [first] = /[*+]|\{\d+,\}/.exec(plain) ?? []
  return first !== undefined && (plain.includes('|') || plain.search(/[*+]|\{\d+,\}/) !== plain.length - 1)
}

/** The largest count of repetitions that a pattern names. */
function largestRepeat(pattern: string): number {
  let largest = 1
  for (const [, low, high] of pattern.matchAll(/\{(\d{1,4})(?:,(\d{0,4}))?\}/g)) {
    largest = Math.max(largest, Number(low), Number(high ?? 0))
  }
  return Math.min(largest, 1000)
}

/** Compiles a pattern of RE2's syntax, once in a query. Fails on a malformed one. */
export function compilePattern(pattern: string, context: BuiltinContext, flags = 0): PatternProgram {
  const key = `pattern\0${flags}\0${pattern}`
  const known = context.cache.get(key)
  if (known instanceof PatternProgram) return known
  if (pattern.length > MAX_PATTERN) throw failure(`a pattern is longer than ${MAX_PATTERN} characters`)
  // Counted repetitions are unrolled when the pattern is compiled.
  const estimate = pattern.length * largestRepeat(pattern)
  context.step(1 + (estimate >>> 2))
  context.memory(64 * (pattern.length + estimate))
  try {
    const program = new PatternProgram(RE2JS.compile(pattern, flags), context)
    context.cache.set(key, program)
    return program
  } catch (error) {
    if (error instanceof RE2JSException) throw failure(error.message)
    throw error
  }
}

/** A text as a pattern that matches it alone. */
export function quotePattern(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')
}

/** Lets `.` match line ends too. */
export const DOT_ALL: number = RE2JS.DOTALL
