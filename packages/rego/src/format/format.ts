import { type ElseBranch, type Import, type Module, parseModule, type RegoVersion, type Rule } from '../syntax/index.ts'
import { Formatter } from './formatter.ts'
import { formatNames, formatPath, formatTerm } from './terms.ts'

/** Longest line on which a rule with a single expression is written. */
const MAX_LINE = 100

/**
 * Writes a policy text in its one form: tabs, one expression a line, comments and single empty lines kept. The result
 * means the same and formats to itself. Throws what `parseModule` throws.
 */
export function formatPolicy(text: string, file = '', version: RegoVersion = 'v1'): string {
  const module = parseModule(text, file, version)
  const formatter = new Formatter(module)
  const lines: string[] = []
  formatter.pushComments(lines, module.packageAt, 0, false)
  const packageEnd = module.source.text.indexOf('\n', module.packageAt)
  const suffix = formatter.comments.takeSuffix(
    packageEnd < 0 ? module.source.text.length : commentless(module, packageEnd),
  )
  lines.push(`package ${formatNames(module.packagePath)}${suffix}`)
  const statements = [...module.imports, ...module.rules].sort((a, b) => a.at - b.at)
  for (const [i, statement] of statements.entries()) {
    const next = Math.min(formatter.comments.nextAt, statement.at)
    if (i === 0 || module.source.hasBlankLineBefore(next)) lines.push('')
    formatter.pushComments(lines, statement.at, 0, false)
    if (lines.at(-1)?.startsWith('#') && module.source.hasBlankLineBefore(statement.at)) lines.push('')
    lines.push('path' in statement ? formatImport(formatter, statement) : formatRule(formatter, module, statement))
  }
  if (formatter.comments.nextAt < Number.POSITIVE_INFINITY) {
    formatter.pushComments(lines, Number.POSITIVE_INFINITY, 0, true)
  }
  return `${lines.join('\n')}\n`
}

/** Offset at which the words of a line end. */
function commentless(module: Module, lineEnd: number): number {
  const line = module.source.text.slice(module.packageAt, lineEnd)
  const comment = line.indexOf('#')
  return module.packageAt + (comment < 0 ? line : line.slice(0, comment)).trimEnd().length
}

function formatImport(formatter: Formatter, { path, alias, at }: Import): string {
  const text = `import ${formatNames(path)}${alias ? ` as ${alias}` : ''}`
  return text + formatter.comments.takeSuffix(at + text.length)
}

function formatRule(formatter: Formatter, module: Module, rule: Rule): string {
  const hasIf = module.version === 'v1' || usesIf(module, rule)
  const head = rule.chained ? '' : formatHead(formatter, module, rule)
  const single = singleLine(formatter, rule, head, hasIf)
  if (single !== undefined) return single + formatter.comments.takeSuffix(rule.end)
  let text = head
  if (rule.body.length > 0) {
    const end = rule.elses[0]?.at ?? rule.end
    text += `${hasIf && !rule.chained ? ' if' : ''} ${formatBlock(formatter, rule.body, end)}`
  }
  for (const [i, branch] of rule.elses.entries()) {
    text += formatElse(formatter, branch, rule.elses[i + 1]?.at ?? rule.end, hasIf)
  }
  return text.trimStart() + formatter.comments.takeSuffix(rule.end)
}

function formatHead(formatter: Formatter, module: Module, rule: Rule): string {
  const { head } = rule
  const oldMember = module.version === 'v0' && head.key && !/\bcontains\b/.test(textOf(module, head.at, head.key.at))
  const path = oldMember && head.key ? `[${formatter.standalone(head.key, 0)}]` : formatPath(formatter, head.path, 0)
  const args = head.args ? `(${formatter.list(head.args, 0, { close: head.argsEnd, first: 0 })})` : ''
  const emptyArgs = !head.args && textOf(module, head.at, rule.end).startsWith(`${head.name}()`) ? '()' : ''
  const key = head.key && !oldMember ? ` contains ${formatTerm(formatter, head.key, 0)}` : ''
  const operator = module.version === 'v1' ? ':=' : (head.operator ?? '=')
  const value = head.value ? ` ${operator} ${formatTerm(formatter, head.value, 0)}` : ''
  return `${rule.default ? 'default ' : ''}${head.name}${path}${args}${emptyArgs}${key}${value}`
}

/** `head if expression`, where that is all there is and it fits. */
function singleLine(formatter: Formatter, rule: Rule, head: string, hasIf: boolean): string | undefined {
  const [only] = rule.body
  if (!hasIf || rule.chained || rule.body.length !== 1 || !only || rule.elses.length > 0) return undefined
  if (only.kind === 'every' || only.withs.length > 0 || formatter.comments.hasBetween(rule.head.at, rule.end))
    return undefined
  if (formatter.rowOf(rule.head.at) !== formatter.rowOf(only.at)) return undefined
  const text = formatter.expression(only, 0)
  if (text.startsWith('{') || text.includes('\n')) return undefined
  const line = `${head} if ${text}`
  return line.length <= MAX_LINE ? line : undefined
}

function formatBlock(formatter: Formatter, body: Rule['body'], end: number): string {
  return `{\n${formatter.bodyLines(body, 1, end).join('\n')}\n}`
}

function formatElse(formatter: Formatter, branch: ElseBranch, end: number, hasIf: boolean): string {
  const value = branch.value
    ? ` ${hasIf ? ':=' : (branch.operator ?? '=')} ${formatTerm(formatter, branch.value, 0)}`
    : ''
  const body = branch.body.length > 0 ? `${hasIf ? ' if' : ''} ${formatBlock(formatter, branch.body, end)}` : ''
  return ` else${value}${body}`
}

function usesIf(module: Module, rule: Rule): boolean {
  const first = rule.body[0]
  return first !== undefined && /\bif\s*\{?\s*$/.test(textOf(module, rule.at, first.at))
}

function textOf(module: Module, start: number, end: number): string {
  return module.source.text.slice(start, end)
}
