import type { Body, Call, Comprehension, Reference, Scalar, Template, Term } from '../syntax/index.ts'
import { jsonText } from '../value/index.ts'
import type { Formatter } from './formatter.ts'

/** How tightly an infix operator binds: higher first; others than these are operands. */
const PRECEDENCE: Readonly<Record<string, number>> = {
  in: 0,
  '==': 1,
  '!=': 1,
  '<': 1,
  '<=': 1,
  '>': 1,
  '>=': 1,
  '|': 2,
  '&': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
}
const OPERAND = 9
/** What may stand as the first term in brackets or braces, where `|` begins a body. */
const ABOVE_UNION = 3
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Writes a term; lines after the first are indented by `level`. */
export function formatTerm(formatter: Formatter, term: Term, level: number, least = 0): string {
  if (term.kind === 'call' && term.infix !== undefined) {
    const text = formatInfix(formatter, term, level)
    return precedenceOf(term) < least || term.name === 'internal.member_3' ? `(${text})` : text
  }
  switch (term.kind) {
    case 'scalar':
      return formatScalar(term)
    case 'variable':
      return term.name.startsWith('$') ? '_' : term.name
    case 'reference':
      return formatReference(formatter, term, level)
    case 'call':
      return `${formatNames(term.names)}(${formatter.list(term.args, level, { close: term.end, first: 0 })})`
    case 'array':
      return `[${formatter.list(term.items, level, { open: term.at, close: term.end, first: ABOVE_UNION })}]`
    case 'set':
      if (term.items.length === 0) return 'set()'
      return `{${formatter.list(term.items, level, { open: term.at, close: term.end, first: ABOVE_UNION })}}`
    case 'object':
      return `{${formatter.entries(term.entries, level, term.at, term.end)}}`
    case 'comprehension':
      return formatComprehension(formatter, term, level)
    case 'template':
      return formatTemplate(formatter, term)
  }
}

/** Writes an infix call without parentheses around it. */
export function formatInfix(formatter: Formatter, term: Call, level: number): string {
  const own = precedenceOf(term)
  const assigns = term.infix === '=' || term.infix === ':='
  if (assigns) {
    const [left, right] = term.args.map((argument) => formatter.standalone(argument, level))
    return `${left} ${term.infix} ${right}`
  }
  const operands = term.args.map((argument, i) => formatTerm(formatter, argument, level, i === 0 ? own : own + 1))
  if (term.name === 'internal.member_3') return `${operands[0]}, ${operands[1]} in ${operands[2]}`
  return `${operands[0]} ${term.infix} ${operands[1]}`
}

/** Writes the parts of a name: with dots where they are names. */
export function formatNames(names: readonly string[]): string {
  return names.map((name, i) => (i === 0 ? name : NAME.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`)).join('')
}

function formatScalar(term: Scalar): string {
  return term.text ?? jsonText(term.value)
}

function formatReference(formatter: Formatter, term: Reference, level: number): string {
  const head = formatTerm(formatter, term.head, level, OPERAND)
  return head + formatPath(formatter, term.path, level)
}

/** Writes what follows the head of a reference. */
export function formatPath(formatter: Formatter, path: readonly Term[], level: number): string {
  return path
    .map((part) => {
      const dotted = part.kind === 'scalar' && typeof part.value === 'string' && NAME.test(part.value)
      return dotted ? `.${part.value as string}` : `[${formatter.standalone(part, level)}]`
    })
    .join('')
}

function formatComprehension(formatter: Formatter, term: Comprehension, level: number): string {
  const [open, close] = term.makes === 'array' ? '[]' : '{}'
  const value = formatTerm(formatter, term.value, level, ABOVE_UNION)
  const head = term.key ? `${formatTerm(formatter, term.key, level, ABOVE_UNION)}: ${value}` : value
  if (!isSpread(formatter, term, term.body)) {
    return `${open}${head} | ${term.body.map((item) => formatter.expression(item, level)).join('; ')}${close}`
  }
  return `${open}${head} |\n${formatter.bodyLines(term.body, level + 1, term.end).join('\n')}\n${'\t'.repeat(level)}${close}`
}

function isSpread(formatter: Formatter, term: Comprehension, body: Body): boolean {
  return (
    formatter.rowOf(body[0]!.at) !== formatter.rowOf(body.at(-1)!.at) ||
    formatter.rowOf(term.at) !== formatter.rowOf(body[0]!.at) ||
    formatter.comments.hasBetween(term.at, term.end)
  )
}

function formatTemplate(formatter: Formatter, term: Template): string {
  const quote = term.raw ? '`' : '"'
  const parts = term.parts.map((part) => {
    if (typeof part !== 'string') return `{${formatter.expression(part, 0)}}`
    const text = term.raw ? part : JSON.stringify(part).slice(1, -1)
    return text.replaceAll('{', '\\{')
  })
  return `$${quote}${parts.join('')}${quote}`
}

function precedenceOf(term: Call): number {
  return PRECEDENCE[term.infix!] ?? -1
}
