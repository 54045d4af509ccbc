import { parseNumber } from '../value/index.ts'
import type { Term, Variable } from './ast.ts'
import { parseBracketed, parseList, tryParse } from './collections.ts'
import { parseExpression } from './expressions.ts'
import type { TokenCursor } from './token-cursor.ts'

/** Most infix operators in a row. */
const MAX_OPERATORS = 256

/** Operators by how tightly they bind, loosest first, and the functions they call. */
const OPERATORS: readonly Readonly<Record<string, string>>[] = [
  { '==': 'equal', '!=': 'neq', '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' },
  { '|': 'or' },
  { '&': 'and' },
  { '+': 'plus', '-': 'minus' },
  { '*': 'mul', '/': 'div', '%': 'rem' },
]
const UNION_LEVEL = 1

/** Reads a term with all infix operators, `in` among them. */
export function parseTerm(cursor: TokenCursor): Term {
  return cursor.nested(() => {
    const first = parseOperators(cursor, 0)
    return parseMembership(cursor, first, false)
  })
}

/** As {@link parseTerm}, and `key, value in collection` as well: where a comma does not separate terms. */
export function parseStandaloneTerm(cursor: TokenCursor): Term {
  return cursor.nested(() => {
    const first = parseOperators(cursor, 0)
    return parseMembership(cursor, first, true)
  })
}

/** Reads a term without `in`. */
export function parseTermWithoutIn(cursor: TokenCursor): Term {
  return cursor.nested(() => parseOperators(cursor, 0))
}

/** Reads a term of operators that bind more tightly than `|`. */
export function parseAboveUnion(cursor: TokenCursor): Term {
  return parseOperators(cursor, UNION_LEVEL + 1)
}

function parseMembership(cursor: TokenCursor, first: Term, pairs: boolean): Term {
  let left = first
  if (pairs && cursor.isMark(',')) {
    const start = cursor.index
    cursor.next()
    const value = tryParse(cursor, () => parseOperators(cursor, 0))
    if (value && cursor.takeKeyword('in')) {
      const domain = parseOperators(cursor, 0)
      left = membership(cursor, 'member_3', [first, value, domain])
    } else {
      cursor.index = start
    }
  }
  for (let count = 0; cursor.takeKeyword('in'); count++) {
    limitOperators(cursor, count)
    const domain = parseOperators(cursor, 0)
    left = membership(cursor, 'member_2', [left, domain])
  }
  return left
}

function membership(cursor: TokenCursor, kind: 'member_2' | 'member_3', args: [Term, ...Term[]]): Term {
  const names = ['internal', kind]
  return { kind: 'call', at: args[0].at, end: cursor.lastEnd, name: names.join('.'), names, args, infix: 'in' }
}

function parseOperators(cursor: TokenCursor, level: number): Term {
  const names = OPERATORS[level]
  if (names === undefined) return parsePrimary(cursor)
  let left = parseOperators(cursor, level + 1)
  for (let count = 0; cursor.token.kind === 'mark'; count++) {
    const infix = cursor.token.text
    const name = Object.hasOwn(names, infix) ? names[infix] : undefined
    if (name === undefined) break
    limitOperators(cursor, count)
    cursor.next()
    const args = [left, parseOperators(cursor, level + 1)]
    left = { kind: 'call', at: left.at, end: cursor.lastEnd, name, names: [name], args, infix }
  }
  return left
}

function limitOperators(cursor: TokenCursor, count: number): void {
  if (count >= MAX_OPERATORS) {
    throw cursor.source.error('REGO_LIMIT_DEPTH', cursor.token.at, `more than ${MAX_OPERATORS} operators in a row`)
  }
}

/** Reads one operand: a literal, a collection, a name with what follows it, or a term in parentheses. */
export function parsePrimary(cursor: TokenCursor): Term {
  const token = cursor.token
  switch (token.kind) {
    case 'number':
      cursor.next()
      return parseNumberTerm(cursor, token.text, token.at)
    case 'string':
      cursor.next()
      return parsePath(cursor, {
        kind: 'scalar',
        at: token.at,
        value: token.text,
        text: cursor.source.text.slice(token.at, token.end),
      })
    case 'template-start':
      return parseTemplate(cursor)
    case 'name':
      return parseNamed(cursor)
    case 'mark':
      return parseMarked(cursor)
    default:
      throw cursor.unexpected(['a term'])
  }
}

function parseNumberTerm(cursor: TokenCursor, text: string, at: number): Term {
  const value = parseNumber(text)
  if (value === undefined) throw cursor.error(at, 'the number is malformed')
  return { kind: 'scalar', at, value, text }
}

function parseMarked(cursor: TokenCursor): Term {
  const token = cursor.token
  switch (token.text) {
    case '-': {
      cursor.next()
      const digits = cursor.token
      if (digits.kind !== 'number') throw cursor.unexpected(['a number'])
      cursor.next()
      return parseNumberTerm(cursor, `-${digits.text}`, token.at)
    }
    case '(': {
      cursor.next()
      const inner = cursor.nested(() => parseStandaloneTerm(cursor))
      cursor.expectMark(')')
      return parsePath(cursor, inner)
    }
    case '[':
      return parsePath(cursor, parseBracketed(cursor, '['))
    case '{':
      return parsePath(cursor, parseBracketed(cursor, '{'))
    default:
      throw cursor.unexpected(['a term'])
  }
}

function parseNamed(cursor: TokenCursor): Term {
  const token = cursor.token
  if (!cursor.isName()) {
    if (token.text === 'true' || token.text === 'false') {
      cursor.next()
      return { kind: 'scalar', at: token.at, value: token.text === 'true' }
    }
    if (token.text === 'null') {
      cursor.next()
      return { kind: 'scalar', at: token.at, value: null }
    }
    // `contains(…)` calls the function even where the word is a keyword.
    const call = cursor.peek()
    if (token.text !== 'contains' || call.text !== '(' || call.spaced) throw cursor.unexpected(['a term'])
  }
  cursor.next()
  if (token.text === 'set' && cursor.isMark('(') && cursor.peek().text === ')') {
    cursor.next()
    cursor.next()
    return parsePath(cursor, { kind: 'set', at: token.at, end: cursor.lastEnd, items: [] })
  }
  return parsePath(cursor, parseVariable(cursor, token))
}

function parseVariable(cursor: TokenCursor, token: { text: string; at: number }): Variable {
  return { kind: 'variable', at: token.at, name: token.text === '_' ? cursor.wildcard() : token.text }
}

/** Reads `.name`, `[term]` and `(arguments)` as long as they follow without white space. */
function parsePath(cursor: TokenCursor, head: Term): Term {
  let base = head
  let path: Term[] = []
  for (;;) {
    const token = cursor.token
    if (token.kind !== 'mark' || token.spaced) break
    if (token.text === '.') {
      cursor.next()
      path.push(parseMemberName(cursor))
    } else if (token.text === '[') {
      cursor.next()
      path.push(cursor.nested(() => parseStandaloneTerm(cursor)))
      cursor.expectMark(']')
    } else if (token.text === '(') {
      const names = functionNames(base, path)
      if (names === undefined) break
      const args = parseArguments(cursor)
      base = { kind: 'call', at: head.at, end: cursor.lastEnd, name: names.join('.'), names, args }
      path = []
    } else break
    if (path.length > MAX_OPERATORS) limitOperators(cursor, path.length)
  }
  return path.length === 0 ? base : { kind: 'reference', at: head.at, head: base, path }
}

function parseMemberName(cursor: TokenCursor): Term {
  const token = cursor.token
  if (token.kind !== 'name' || token.spaced) throw cursor.unexpected(['a member name'])
  cursor.next()
  return { kind: 'scalar', at: token.at, value: token.text }
}

/** The parts of the function's name that a path spells, if it does. */
function functionNames(head: Term, path: readonly Term[]): string[] | undefined {
  if (head.kind !== 'variable') return undefined
  const names = [head.name]
  for (const term of path) {
    if (term.kind !== 'scalar' || typeof term.value !== 'string') return undefined
    names.push(term.value)
  }
  return names
}

function parseArguments(cursor: TokenCursor): Term[] {
  cursor.expectMark('(')
  return cursor.nested(() => parseList(cursor, ')'))
}

function parseTemplate(cursor: TokenCursor): Term {
  const start = cursor.next()
  const parts: (string | ReturnType<typeof parseExpression>)[] = []
  while (cursor.token.kind !== 'template-end') {
    const token = cursor.next()
    if (token.kind === 'template-text') {
      parts.push(token.text)
    } else {
      parts.push(cursor.nested(() => parseExpression(cursor)))
      cursor.expectMark('}')
    }
  }
  cursor.next()
  return parsePath(cursor, { kind: 'template', at: start.at, parts, raw: start.text === '`' })
}
