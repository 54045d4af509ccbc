import { RegoError } from '../errors.ts'
import type { Body, Comprehension, Term } from './ast.ts'
import { parseBody } from './expressions.ts'
import { parseAboveUnion, parsePrimary, parseTerm } from './terms.ts'
import type { TokenCursor } from './token-cursor.ts'

/** Reads what an opening bracket or brace begins; once, however many readings of what surrounds it are tried. */
export function parseBracketed(cursor: TokenCursor, open: '[' | '{'): Term {
  const start = cursor.index
  const known = cursor.bracketed.get(start)
  if (known && 'problem' in known) throw known.problem
  if (known) {
    cursor.index = known.next
    return known.term
  }
  try {
    const term = cursor.nested(() => (open === '[' ? parseArray(cursor) : parseBraces(cursor)))
    cursor.bracketed.set(start, { term, next: cursor.index })
    return term
  } catch (problem) {
    cursor.bracketed.set(start, { problem })
    throw problem
  }
}

function parseArray(cursor: TokenCursor): Term {
  const { at } = cursor.expectMark('[')
  return parseCollection(cursor, at, 'array', () => {
    const items = parseList(cursor, ']')
    return { kind: 'array', at, end: cursor.lastEnd, items }
  })
}

/** An object, a set, or a comprehension of either. */
function parseBraces(cursor: TokenCursor): Term {
  const { at } = cursor.expectMark('{')
  if (cursor.takeMark('}')) return { kind: 'object', at, end: cursor.lastEnd, entries: [] }
  return parseCollection(cursor, at, 'set', () => parseMembers(cursor, at))
}

function parseMembers(cursor: TokenCursor, at: number): Term {
  const first = parseTerm(cursor)
  if (!cursor.isMark(':')) {
    const items = parseList(cursor, '}', first)
    return { kind: 'set', at, end: cursor.lastEnd, items }
  }
  const entries = parseEntries(cursor, first)
  return { kind: 'object', at, end: cursor.lastEnd, entries }
}

/** A comprehension whose head is one operand, a collection, or a comprehension whose head holds operators. */
function parseCollection(cursor: TokenCursor, at: number, makes: 'array' | 'set', read: () => Term): Term {
  const problems: RegoError[] = []
  const found =
    tryParse(cursor, () => parseComprehension(cursor, at, makes, parsePrimary), problems) ??
    tryParse(cursor, read, problems) ??
    tryParse(cursor, () => parseComprehension(cursor, at, makes, parseAboveUnion), problems)
  if (found) return found
  // Of problems at one place, the collection's tells most.
  throw problems.reduce((furthest, problem) => (isFurther(problem, furthest) ? problem : furthest), problems[1]!)
}

function isFurther(a: RegoError, b: RegoError): boolean {
  const [x, y] = [a.location!, b.location!]
  return x.row > y.row || (x.row === y.row && x.column > y.column)
}

function parseEntries(cursor: TokenCursor, firstKey: Term): [Term, Term][] {
  const entries: [Term, Term][] = []
  let key = firstKey
  for (;;) {
    cursor.expectMark(':')
    entries.push([key, parseTerm(cursor)])
    if (cursor.takeMark('}')) return entries
    if (!cursor.takeMark(',')) throw cursor.unexpected([',', '}'])
    if (cursor.takeMark('}')) return entries
    key = parseTerm(cursor)
  }
}

/** Reads `value | body` or `key: value | body` after an opening. */
function parseComprehension(
  cursor: TokenCursor,
  at: number,
  makes: 'array' | 'set',
  readHead: (cursor: TokenCursor) => Term,
): Comprehension {
  const first = readHead(cursor)
  const second = makes === 'set' && cursor.takeMark(':') ? readHead(cursor) : undefined
  cursor.expectMark('|')
  const body = parseBodyUntil(cursor, makes === 'array' ? ']' : '}')
  const end = cursor.lastEnd
  return second
    ? { kind: 'comprehension', at, end, makes: 'object', key: first, value: second, body }
    : { kind: 'comprehension', at, end, makes, value: first, body }
}

function parseBodyUntil(cursor: TokenCursor, close: string): Body {
  const body = parseBody(cursor, close)
  cursor.expectMark(close)
  return body
}

/** Reads terms up to the closing mark; a comma may stand before it. */
export function parseList(cursor: TokenCursor, close: string, first?: Term): Term[] {
  const items: Term[] = first ? [first] : []
  if (first && !cursor.isMark(close)) {
    if (!cursor.takeMark(',')) throw cursor.unexpected([',', close])
  }
  while (!cursor.takeMark(close)) {
    items.push(parseTerm(cursor))
    if (cursor.takeMark(close)) break
    if (!cursor.takeMark(',')) throw cursor.unexpected([',', close])
  }
  return items
}

/** Runs a reader; where it throws a syntax error, notes it, goes back and gives undefined. */
export function tryParse<T>(cursor: TokenCursor, read: () => T, problems: RegoError[] = []): T | undefined {
  const start = cursor.index
  try {
    return read()
  } catch (error) {
    if (!(error instanceof RegoError) || error.code !== 'REGO_SYNTAX_INVALID') throw error
    problems.push(error)
    cursor.index = start
    return undefined
  }
}
