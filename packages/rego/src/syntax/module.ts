import type { Body, Import, Module, RegoVersion, Rule, Term } from './ast.ts'
import { parseBody } from './expressions.ts'
import { parseRules } from './rules.ts'
import { Source } from './source.ts'
import { parseTerm } from './terms.ts'
import { FUTURE_KEYWORDS } from './token.ts'
import { TokenCursor } from './token-cursor.ts'

/** Longest policy text, in UTF-16 units. */
export const MAX_SOURCE_LENGTH = 4_194_304

/**
 * Reads a policy text. Throws REGO_SYNTAX_INVALID with place, line and expected words, REGO_LIMIT_SIZE and
 * REGO_LIMIT_DEPTH. Does not resolve names: see `compilePolicy`.
 */
export function parseModule(text: string, file = '', version: RegoVersion = 'v1'): Module {
  const source = openSource(file, text)
  const cursor = new TokenCursor(source, version === 'v1')
  const packageAt = cursor.token.at
  const packagePath = parsePackage(cursor)
  const imports: Import[] = []
  const rules: Rule[] = []
  let dialect = version
  while (!cursor.atEnd) {
    if (cursor.isKeyword('import')) {
      const line = parseImport(cursor)
      if (applyImport(cursor, line, imports, rules.length > 0)) dialect = 'v1'
      imports.push(line)
    } else {
      rules.push(...parseRules(cursor, dialect))
    }
    cursor.takeMark(';')
    if (!cursor.atEnd && !cursor.token.newline && cursor.peek(-1).text !== ';') {
      throw cursor.unexpected(['a new line'])
    }
  }
  return { source, version: dialect, packagePath, packageAt, imports, rules, comments: cursor.comments }
}

/** Reads a query: expressions separated by `;` or new lines. Throws as {@link parseModule} does. */
export function parseQuery(text: string, version: RegoVersion = 'v1'): { body: Body; source: Source } {
  const source = openSource('', text)
  const cursor = new TokenCursor(source, version === 'v1')
  const body = parseBody(cursor, '')
  return { body, source }
}

/** Reads a single term. Throws as {@link parseModule} does. */
export function parseTermText(text: string, version: RegoVersion = 'v1'): { term: Term; source: Source } {
  const source = openSource('', text)
  const cursor = new TokenCursor(source, version === 'v1')
  const term = parseTerm(cursor)
  if (cursor.token.kind !== 'end') throw cursor.unexpected(['the end of the term'])
  return { term, source }
}

function openSource(file: string, text: string): Source {
  const source = new Source(file, text)
  if (text.length > MAX_SOURCE_LENGTH) {
    throw source.error('REGO_LIMIT_SIZE', 0, `the text is longer than ${MAX_SOURCE_LENGTH} characters`)
  }
  return source
}

function parsePackage(cursor: TokenCursor): string[] {
  if (!cursor.takeKeyword('package')) throw cursor.unexpected(['package'])
  return parseDottedPath(cursor)
}

/** Reads `name.name["name"]`; keywords are names here. */
function parseDottedPath(cursor: TokenCursor): string[] {
  const first = cursor.token
  if (first.kind !== 'name' || first.newline) throw cursor.unexpected(['a path'])
  cursor.next()
  const path = [first.text]
  while (!cursor.token.spaced) {
    if (cursor.takeMark('.')) {
      const token = cursor.token
      if (token.kind !== 'name') throw cursor.unexpected(['a member name'])
      path.push(token.text)
    } else if (cursor.takeMark('[')) {
      const token = cursor.token
      if (token.kind !== 'string') throw cursor.unexpected(['a string'])
      path.push(token.text)
      cursor.next()
      if (!cursor.isMark(']')) throw cursor.unexpected([']'])
    } else break
    cursor.next()
  }
  return path
}

function parseImport(cursor: TokenCursor): Import {
  const { at } = cursor.next()
  const path = parseDottedPath(cursor)
  if (!['data', 'input', 'rego', 'future'].includes(path[0]!)) {
    throw cursor.error(at, `cannot import \`${path.join('.')}\``, ['data', 'input', 'rego.v1', 'future.keywords'])
  }
  let alias: string | undefined
  if (cursor.token.kind === 'name' && cursor.token.text === 'as' && !cursor.token.newline) {
    cursor.next()
    if (cursor.token.kind !== 'name') throw cursor.unexpected(['a name'])
    alias = cursor.next().text
  }
  return { at, path, alias }
}

/** Turns keywords on; true where the import makes the module version 1. */
function applyImport(cursor: TokenCursor, line: Import, before: readonly Import[], afterRules: boolean): boolean {
  const [root, kind, word] = line.path
  const other = root === 'rego' ? 'future' : root === 'future' ? 'rego' : undefined
  if (other && before.some(({ path }) => path[0] === other)) {
    throw cursor.error(line.at, '`rego.v1` implies `future.keywords`: import only one of them')
  }
  if (root === 'rego') {
    if (kind !== 'v1' || line.path.length !== 2) throw cursor.error(line.at, 'unknown import', ['rego.v1'])
    if (line.alias) throw cursor.error(line.at, '`rego.v1` takes no alias')
    if (afterRules) throw cursor.error(line.at, '`import rego.v1` stands before all rules')
    for (const keyword of FUTURE_KEYWORDS) cursor.keywords.add(keyword)
    return true
  }
  if (root !== 'future') return false
  if (line.alias) throw cursor.error(line.at, '`future.keywords` takes no alias')
  if (kind !== 'keywords' || line.path.length > 3 || (word !== undefined && !FUTURE_KEYWORDS.has(word))) {
    throw cursor.error(line.at, 'unknown keyword', [...FUTURE_KEYWORDS])
  }
  if (word === undefined) for (const keyword of FUTURE_KEYWORDS) cursor.keywords.add(keyword)
  else cursor.keywords.add(word)
  // `every` stands on `in`.
  if (word === 'every') cursor.keywords.add('in')
  return false
}
