import { failure } from '../../operand.ts'
import { type Operand, type Pipeline, TemplateInteger, type TemplateNode } from './syntax.ts'
import { type Piece, splitTemplate, tokenize } from './tokens.ts'

/** How deeply actions and parentheses may be nested. */
const MAX_DEPTH = 64

/** Reads a template of Go's text/template: fields, variables, pipelines, `if`, `with` and `range`. */
export function parseTemplate(template: string): readonly TemplateNode[] {
  const reader = new TemplateReader(splitTemplate(template))
  const { nodes, end } = reader.list(0)
  if (end !== undefined) throw failure(`template: unexpected {{${end}}}`)
  return nodes
}

class TemplateReader {
  private readonly pieces: readonly Piece[]
  private next = 0

  constructor(pieces: readonly Piece[]) {
    this.pieces = pieces
  }

  /** Nodes up to an `end` or an `else`, which is returned with whatever stands behind it. */
  list(depth: number): { readonly nodes: TemplateNode[]; readonly end: string | undefined } {
    if (depth > MAX_DEPTH) throw failure('template: actions are nested too deeply')
    const nodes: TemplateNode[] = []
    while (this.next < this.pieces.length) {
      const piece = this.pieces[this.next++]!
      if (!piece.isAction) {
        nodes.push({ kind: 'text', text: piece.text })
        continue
      }
      const [word] = /^[a-z]+\b/.exec(piece.text) ?? ['']
      if (word === 'end' || word === 'else') return { nodes, end: piece.text }
      nodes.push(this.action(word, piece.text, depth))
    }
    return { nodes, end: undefined }
  }

  private action(word: string, text: string, depth: number): TemplateNode {
    switch (word) {
      case 'if':
      case 'with':
      case 'range':
        return this.control(word, text.slice(word.length), depth)
      case 'break':
      case 'continue':
        return { kind: word }
      case 'define':
      case 'template':
      case 'block':
        throw failure(`template: ${word} is not supported`)
      default:
        return { kind: 'action', pipeline: parsePipeline(text) }
    }
  }

  private control(kind: 'if' | 'with' | 'range', text: string, depth: number): TemplateNode {
    const pipeline = parsePipeline(text)
    const { nodes: body, end } = this.list(depth + 1)
    if (end === undefined) throw failure(`template: unexpected end of ${kind}`)
    if (end === 'end') return { kind, pipeline, body, otherwise: [] }
    const chained = /^else\s+(if|with)\b([\s\S]*)$/.exec(end)
    if (chained !== null) {
      const inner = this.control(chained[1] as 'if' | 'with', chained[2]!, depth + 1)
      return { kind, pipeline, body, otherwise: [inner] }
    }
    const { nodes: otherwise, end: last } = this.list(depth + 1)
    if (end !== 'else' || last !== 'end') throw failure(`template: unexpected {{${last ?? end}}}`)
    return { kind, pipeline, body, otherwise }
  }
}

function parsePipeline(text: string): Pipeline {
  const reader = new PipelineReader(tokenize(text))
  const pipeline = reader.pipeline(0)
  reader.expectEnd()
  return pipeline
}

class PipelineReader {
  private readonly tokens: readonly string[]
  private next = 0

  constructor(tokens: readonly string[]) {
    this.tokens = tokens
  }

  pipeline(depth: number): Pipeline {
    if (depth > MAX_DEPTH) throw failure('template: parentheses are nested too deeply')
    const { variables, declares } = this.declaration()
    const commands = [this.command(depth)]
    while (this.tokens[this.next] === '|') {
      this.next++
      commands.push(this.command(depth))
    }
    return { commands, variables, declares }
  }

  expectEnd(): void {
    if (this.next < this.tokens.length) throw failure(`template: unexpected ${this.tokens[this.next]} in action`)
  }

  /** `$x :=`, `$x =` and `$i, $x :=`. */
  private declaration(): { readonly variables: readonly string[]; readonly declares: boolean } {
    const variables: string[] = []
    let at = this.next
    while (this.tokens[at]?.startsWith('$')) {
      variables.push(this.tokens[at]!.slice(1))
      if (this.tokens[at + 1] !== ',') break
      at += 2
    }
    const mark = this.tokens[at + 1]
    if (variables.length === 0 || (mark !== ':=' && mark !== '=')) return { variables: [], declares: false }
    this.next = at + 2
    return { variables, declares: mark === ':=' }
  }

  private command(depth: number): Operand[] {
    const operands: Operand[] = []
    for (;;) {
      const token = this.tokens[this.next]
      if (token === undefined || token === '|' || token === ')') break
      this.next++
      operands.push(this.operand(token, depth))
    }
    if (operands.length === 0) throw failure('template: missing value for command')
    return operands
  }

  private operand(token: string, depth: number): Operand {
    const first = token[0]!
    if (first === '(') {
      const pipeline = this.pipeline(depth + 1)
      if (this.tokens[this.next++] !== ')') throw failure('template: unclosed left paren')
      return { kind: 'pipeline', pipeline, fields: this.fields() }
    }
    if (first === '.') return { kind: 'path', variable: undefined, fields: fieldsOf(token) }
    if (first === '$') return { kind: 'path', variable: token.slice(1), fields: this.fields() }
    if (first === '"') return { kind: 'literal', value: unquote(token) }
    if (first === '`') return { kind: 'literal', value: token.slice(1, -1) }
    if (first === "'") {
      return { kind: 'literal', value: new TemplateInteger(unquote(`"${token.slice(1, -1)}"`).codePointAt(0) ?? 0) }
    }
    if (/^[-+]?\d+$/.test(token)) return { kind: 'literal', value: new TemplateInteger(Number(token)) }
    if (/^[-+\d]/.test(token)) return { kind: 'number', text: token }
    if (token === 'true' || token === 'false') return { kind: 'literal', value: token === 'true' }
    if (token === 'nil') return { kind: 'literal', value: null }
    if (/^[\p{L}_]/u.test(token)) return { kind: 'function', name: token }
    throw failure(`template: unexpected ${token} in operand`)
  }

  /** Fields right behind a variable or a parenthesis. */
  private fields(): readonly string[] {
    const token = this.tokens[this.next]
    if (!token?.startsWith('\0.')) return []
    this.next++
    return fieldsOf(token.slice(1))
  }
}

function fieldsOf(token: string): readonly string[] {
  return token === '.' ? [] : token.slice(1).split('.')
}

function unquote(token: string): string {
  try {
    return JSON.parse(token.replaceAll("\\'", "'")) as string
  } catch {
    throw failure(`template: unknown escape in ${token}`)
  }
}
