import type { Body, Every, Expression, SomeDeclaration, SomeIn, Term, Variable, WithModifier } from './ast.ts'
import { parseStandaloneTerm, parseTerm, parseTermWithoutIn } from './terms.ts'
import type { TokenCursor } from './token-cursor.ts'

/** Most expressions in one body. */
const MAX_BODY = 1024

/** Reads expressions up to the closing mark, which is left to the caller. */
export function parseBody(cursor: TokenCursor, close: string): Body {
  const body: Expression[] = []
  for (;;) {
    if (body.length >= MAX_BODY) {
      throw cursor.source.error('REGO_LIMIT_DEPTH', cursor.token.at, `a body has more than ${MAX_BODY} expressions`)
    }
    body.push(parseExpression(cursor))
    if (cursor.isMark(close) || (close === '' && cursor.token.kind === 'end')) return body
    const separated = cursor.takeMark(';')
    if (separated && (cursor.isMark(close) || (close === '' && cursor.token.kind === 'end'))) return body
    if (!separated && !cursor.token.newline) throw cursor.unexpected(['a new line', ';', close])
  }
}

/** Reads `{ … }`. */
export function parseBracedBody(cursor: TokenCursor): Body {
  const open = cursor.expectMark('{')
  if (cursor.isMark('}')) throw cursor.error(open.at, 'the body is empty', ['an expression'])
  const body = cursor.nested(() => parseBody(cursor, '}'))
  cursor.expectMark('}')
  return body
}

/** Reads one expression with its `with` modifiers. */
export function parseExpression(cursor: TokenCursor): Expression {
  if (cursor.isKeyword('some')) return parseSome(cursor)
  if (cursor.isKeyword('every')) return parseEvery(cursor)
  const at = cursor.token.at
  const negated = cursor.takeKeyword('not')
  if (negated && (cursor.isKeyword('some') || cursor.isKeyword('every') || cursor.isKeyword('not'))) {
    throw cursor.unexpected(['a term'])
  }
  const left = cursor.nested(() => parseStandaloneTerm(cursor))
  const term = parseAssignment(cursor, left)
  const withs = parseWiths(cursor)
  return { kind: 'term', at, negated, term, withs, end: cursor.lastEnd }
}

function parseAssignment(cursor: TokenCursor, left: Term): Term {
  const infix = cursor.isMark(':=') ? ':=' : cursor.isMark('=') ? '=' : undefined
  if (infix === undefined) return left
  cursor.next()
  const right = cursor.nested(() => parseStandaloneTerm(cursor))
  const name = infix === ':=' ? 'assign' : 'eq'
  return { kind: 'call', at: left.at, end: cursor.lastEnd, name, names: [name], args: [left, right], infix }
}

function parseWiths(cursor: TokenCursor): WithModifier[] {
  const withs: WithModifier[] = []
  while (cursor.isKeyword('with')) {
    const { at } = cursor.next()
    const target = cursor.nested(() => parseTermWithoutIn(cursor))
    if (!cursor.takeKeyword('as')) throw cursor.unexpected(['as'])
    withs.push({ at, target, value: cursor.nested(() => parseTermWithoutIn(cursor)) })
  }
  return withs
}

function parseSome(cursor: TokenCursor): SomeDeclaration | SomeIn {
  const { at } = cursor.next()
  const terms: Term[] = [parseTermWithoutIn(cursor)]
  while (cursor.takeMark(',')) terms.push(parseTermWithoutIn(cursor))
  if (cursor.isKeyword('in')) {
    if (terms.length > 2) throw cursor.error(terms[2]!.at, 'some … in takes a key and a value at most')
    cursor.next()
    const domain = parseTerm(cursor)
    const withs = parseWiths(cursor)
    const value = terms.at(-1)!
    const key = terms.length === 2 ? terms[0] : undefined
    return { kind: 'some-in', at, key, value, domain, withs, end: cursor.lastEnd }
  }
  const variables = terms.map((term) => {
    if (term.kind !== 'variable') throw cursor.error(term.at, 'some declares variables only', ['a variable', 'in'])
    return term
  })
  return { kind: 'some', at, variables, withs: [], end: cursor.lastEnd }
}

function parseEvery(cursor: TokenCursor): Every {
  const { at } = cursor.next()
  const first = parseLoopVariable(cursor)
  const second = cursor.takeMark(',') ? parseLoopVariable(cursor) : undefined
  if (!cursor.takeKeyword('in')) throw cursor.unexpected(['in'])
  const domain = parseTermWithoutIn(cursor)
  const body = parseBracedBody(cursor)
  const withs = parseWiths(cursor)
  return {
    kind: 'every',
    at,
    key: second ? first : undefined,
    value: second ?? first,
    domain,
    body,
    withs,
    end: cursor.lastEnd,
  }
}

function parseLoopVariable(cursor: TokenCursor): Variable {
  const token = cursor.token
  if (!cursor.isName()) throw cursor.unexpected(['a variable'])
  cursor.next()
  return { kind: 'variable', at: token.at, name: token.text === '_' ? cursor.wildcard() : token.text }
}
