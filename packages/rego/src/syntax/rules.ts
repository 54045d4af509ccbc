import type { Body, ElseBranch, RegoVersion, Rule, RuleHead, Term } from './ast.ts'
import { parseBracedBody, parseExpression } from './expressions.ts'
import { parsePrimary, parseTerm } from './terms.ts'
import type { TokenCursor } from './token-cursor.ts'

/** Most `else` branches of one rule. */
const MAX_ELSES = 256

/** Reads a rule; several where bodies follow each other in braces. */
export function parseRules(cursor: TokenCursor, version: RegoVersion): Rule[] {
  const at = cursor.token.at
  const isDefault = cursor.takeKeyword('default')
  const written = parseHead(cursor)
  if (isDefault) return [parseDefault(cursor, written, at, version)]
  const usesIf = cursor.takeKeyword('if')
  const bodyAt = cursor.token.at
  const body = parseRuleBody(cursor, usesIf, version)
  if (version === 'v1') refuseOldForms(cursor, written, body, usesIf, bodyAt)
  const head = classifyHead(written, usesIf, version)
  const elses = parseElses(cursor, version)
  if (elses[0] && head.key) throw cursor.error(elses[0].at, 'a rule that contains members has no else')
  const rules: Rule[] = [{ at, default: false, head, body: body ?? [], elses, end: cursor.lastEnd, chained: false }]
  while (body && !usesIf && elses.length === 0 && cursor.isMark('{')) {
    const next = cursor.token.at
    if (version === 'v1') throw cursor.unexpected(['if'])
    const more = parseBracedBody(cursor)
    const moreElses = parseElses(cursor, version)
    rules.push({ at: next, default: false, head, body: more, elses: moreElses, end: cursor.lastEnd, chained: true })
  }
  return rules
}

function parseHead(cursor: TokenCursor): RuleHead {
  const at = cursor.token.at
  if (!cursor.isName()) throw cursor.unexpected(['a rule name'])
  const term = parsePrimary(cursor)
  const named = nameAndPath(cursor, term)
  const key = cursor.takeKeyword('contains') ? parseTerm(cursor) : undefined
  const operator = cursor.isMark(':=') ? ':=' : cursor.isMark('=') ? '=' : undefined
  if (operator && key) throw cursor.error(cursor.token.at, 'a rule that contains members has no value')
  if (operator) cursor.next()
  const value = operator ? parseTerm(cursor) : undefined
  return { at, ...named, key, value, operator }
}

function nameAndPath(cursor: TokenCursor, term: Term): Pick<RuleHead, 'name' | 'path' | 'args' | 'argsEnd'> {
  if (term.kind === 'variable') return { name: term.name, path: [], args: undefined, argsEnd: term.at }
  if (term.kind === 'reference' && term.head.kind === 'variable') {
    return { name: term.head.name, path: term.path, args: undefined, argsEnd: term.at }
  }
  if (term.kind === 'call' && term.infix === undefined) {
    const [name = '', ...rest] = term.names
    const path = rest.map((part): Term => ({ kind: 'scalar', at: term.at, value: part }))
    return { name, path, args: term.args.length === 0 ? undefined : term.args, argsEnd: term.end }
  }
  throw cursor.error(term.at, 'this is not the head of a rule', ['a rule name'])
}

function parseDefault(cursor: TokenCursor, head: RuleHead, at: number, version: RegoVersion): Rule {
  if (head.key) throw cursor.error(head.key.at, 'a default rule contains no members')
  if (!head.value) throw cursor.unexpected([':=', '='])
  if (cursor.isKeyword('if') || cursor.isMark('{')) throw cursor.error(cursor.token.at, 'a default rule has no body')
  refuseVariables(cursor, head.value)
  for (const argument of head.args ?? []) {
    if (argument.kind === 'scalar' && version === 'v0') continue
    if (argument.kind !== 'variable') throw cursor.error(argument.at, 'arguments of a default function are variables')
  }
  return { at, default: true, head, body: [], elses: [], end: cursor.lastEnd, chained: false }
}

/** A default value is known without evaluating: constants and comprehensions. */
function refuseVariables(cursor: TokenCursor, term: Term): void {
  switch (term.kind) {
    case 'scalar':
    case 'comprehension':
      return
    case 'array':
    case 'set':
      for (const item of term.items) refuseVariables(cursor, item)
      return
    case 'object':
      for (const [key, value] of term.entries) {
        refuseVariables(cursor, key)
        refuseVariables(cursor, value)
      }
      return
    default:
      throw cursor.error(term.at, 'a default value holds no variables, references or calls', ['a constant'])
  }
}

function parseRuleBody(cursor: TokenCursor, usesIf: boolean, version: RegoVersion): Body | undefined {
  if (usesIf) {
    return cursor.isMark('{') ? parseIfBody(cursor) : [parseExpression(cursor)]
  }
  if (!cursor.isMark('{')) return undefined
  if (version === 'v1') throw cursor.unexpected(['if'])
  return parseBracedBody(cursor)
}

/** After `if`, braces hold a body; where they cannot, they begin a set or an object that is looked into. */
function parseIfBody(cursor: TokenCursor): Body {
  const start = cursor.index
  if (cursor.peek().text === '}' && cursor.peek().kind === 'mark') return parseBracedBody(cursor)
  try {
    const body = parseBracedBody(cursor)
    if (cursor.token.newline || cursor.token.kind === 'end' || cursor.isKeyword('else')) return body
    if (cursor.token.kind !== 'mark' || !['[', '.', '=', '==', '!=', '&', '|'].includes(cursor.token.text)) return body
  } catch (error) {
    if ((error as { code?: string }).code !== 'REGO_SYNTAX_INVALID') throw error
    const problem = error
    cursor.index = start
    try {
      return [parseExpression(cursor)]
    } catch {
      throw problem
    }
  }
  cursor.index = start
  return [parseExpression(cursor)]
}

function parseElses(cursor: TokenCursor, version: RegoVersion): ElseBranch[] {
  const elses: ElseBranch[] = []
  while (cursor.isKeyword('else')) {
    if (elses.length >= MAX_ELSES) {
      throw cursor.source.error('REGO_LIMIT_DEPTH', cursor.token.at, `more than ${MAX_ELSES} else branches`)
    }
    const { at } = cursor.next()
    const operator = cursor.isMark(':=') ? ':=' : cursor.isMark('=') ? '=' : undefined
    if (operator) cursor.next()
    const value = operator ? parseTerm(cursor) : undefined
    const usesIf = cursor.takeKeyword('if')
    if (!usesIf && cursor.isMark('{') && version === 'v1') throw cursor.unexpected(['if'])
    const body = usesIf || cursor.isMark('{') ? parseRuleBody(cursor, usesIf, version) : undefined
    if (!value && !body) throw cursor.unexpected(version === 'v1' ? [':=', 'if'] : ['=', '{'])
    elses.push({ at, value, operator, body: body ?? [] })
  }
  return elses
}

/** Version 1 asks for `if` before a body and `contains` for members; a name alone is not a rule. */
function refuseOldForms(
  cursor: TokenCursor,
  head: RuleHead,
  body: Body | undefined,
  usesIf: boolean,
  at: number,
): void {
  if (body && !usesIf) throw cursor.error(at, '`if` is required before the body of a rule', ['if'])
  if (!body && !head.value && !head.key) {
    throw cursor.error(head.at, 'a rule needs a value, `contains`, or `if` with a body', [':=', 'contains', 'if'])
  }
}

/** In version 0 `p[x]` without a value and without `if` contributes the member x. */
function classifyHead(head: RuleHead, usesIf: boolean, version: RegoVersion): RuleHead {
  const member = head.path[0]
  if (version === 'v1' || usesIf || head.value || head.key || head.args || head.path.length !== 1 || !member) {
    return head
  }
  return { ...head, path: [], key: member }
}
