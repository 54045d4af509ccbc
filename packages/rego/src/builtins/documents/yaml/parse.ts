import type { BuiltinContext } from '../../../evaluate/builtin.ts'
import type { Value } from '../../../value/index.ts'
import { failure } from '../../operand.ts'
import { readBlockScalar } from './block-scalar.ts'
import { YamlCursor } from './cursor.ts'
import { beginsPlain, FlowReader, resolveOrRefuse } from './flow.ts'
import { NodeMaker, type YamlNode } from './nodes.ts'
import { foldLines } from './scalar.ts'

/** A plain text on one line: no `: ` and no ` #` in it. */
const PLAIN_LINE = /(?:[^\s:#]|:(?=\S)|(?<=\S)#|[ \t]+(?=[^\s#:]|:(?=\S)))+/y
const MAX_KEY = 1024
/** Longest text that is read. */
const MAX_TEXT = 4 << 20

/**
 * Reads the first document of a YAML text as JSON would have it: texts as keys, no numbers beyond the finite. Blocks,
 * flows, all five styles of texts, anchors, aliases, merge keys and the tags of texts are read; other tags are passed
 * over.
 */
export function parseYaml(text: string, context: BuiltinContext): Value {
  if (text.length > MAX_TEXT) throw failure(`yaml: the text is longer than ${MAX_TEXT} characters`)
  context.step(1 + (text.length >>> 2))
  context.memory(2 * text.length)
  const clean = text
    .replace(/^\ufeff/, '')
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
  if (/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(clean)) throw failure('yaml: control characters are not allowed')
  return new BlockReader(clean, context).document()
}

class BlockReader {
  private readonly cursor: YamlCursor
  private readonly make: NodeMaker
  private readonly flow: FlowReader

  constructor(text: string, context: BuiltinContext) {
    this.cursor = new YamlCursor(text)
    this.make = new NodeMaker(context)
    this.flow = new FlowReader(this.cursor, this.make)
  }

  document(): Value {
    const { cursor } = this
    cursor.skipBlank()
    while (cursor.column === 0 && cursor.peek() === '%') {
      cursor.match(/[^\n]*/y)
      cursor.skipBlank()
    }
    if (cursor.column === 0 && cursor.peek() === '-' && cursor.atBoundary) cursor.offset += 3
    const node = this.node(-1, 'document')
    cursor.skipBlank()
    if (!cursor.atBoundary) throw cursor.error('did not find expected <document start>')
    return node.value
  }

  /**
   * A node further right than `parent`. `place` tells where it may stand: behind a key on its line only what is no block
   * collection may, and below a key a sequence may begin at the key's own column.
   */
  private node(parent: number, place: 'document' | 'item' | 'member'): YamlNode {
    const { cursor } = this
    let isBelow = cursor.skipBlank() || place === 'document'
    cursor.expectNoTabs()
    if (this.isEmptyHere(parent, place, isBelow)) return this.make.scalar(null)
    const start = cursor.mark()
    const properties = this.flow.properties()
    if (properties.anchor !== undefined || properties.tag !== undefined) {
      const afterLine = cursor.skipBlank()
      // Properties in front of a key on the same line belong to the key.
      if (!afterLine && (isBelow || place === 'item') && this.isKeyAhead()) {
        cursor.reset(start)
        return this.make.nested(() => this.mapping(start.offset - start.lineStart))
      }
      isBelow ||= afterLine
      if (this.isEmptyHere(parent, place, afterLine)) return this.make.define(properties, this.make.scalar(null))
    }
    return this.make.define(properties, this.content(parent, isBelow || place === 'item'))
  }

  private isEmptyHere(parent: number, place: string, isBelow: boolean): boolean {
    const { cursor } = this
    if (cursor.atBoundary) return true
    if (!isBelow) return false
    const isSequence = cursor.peek() === '-' && cursor.isBlank(1)
    return cursor.column <= parent && !(place === 'member' && isSequence && cursor.column === parent)
  }

  private content(parent: number, mayBeBlock: boolean): YamlNode {
    const { cursor } = this
    const { column } = cursor
    const first = cursor.peek()
    if (first === '-' && cursor.isBlank(1)) {
      if (!mayBeBlock) throw cursor.error('block sequence entries are not allowed in this context')
      return this.make.nested(() => this.sequence(column))
    }
    if ((first === '?' && cursor.isBlank(1)) || this.isKeyAhead()) {
      if (!mayBeBlock) throw cursor.error('mapping values are not allowed in this context')
      return this.make.nested(() => this.mapping(column))
    }
    if (first === '|' || first === '>') return this.make.scalar(readBlockScalar(cursor, parent))
    if (first === '[' || first === '{') return this.ended(this.flow.collection())
    if (first === '"' || first === "'") return this.ended(this.flow.quoted())
    if (first === '*') return this.ended(this.flow.alias())
    return this.plain(parent)
  }

  /** Behind brackets, quotation marks and aliases nothing else may stand on the line. */
  private ended(node: YamlNode): YamlNode {
    const { cursor } = this
    cursor.skipSpaces()
    if (!cursor.atEnd && cursor.peek() !== '\n' && cursor.peek() !== '#') {
      throw cursor.error('did not find expected <document start>')
    }
    return node
  }

  /** Tells whether a key and its colon stand here, on one line; the place stays. */
  private isKeyAhead(): boolean {
    const { cursor } = this
    const start = cursor.mark()
    const rest = cursor.text.slice(cursor.offset, cursor.offset + MAX_KEY)
    const line = rest.split('\n', 1)[0]!
    if (!line.includes(':')) return false
    try {
      const { line: number } = cursor
      const isKey = this.skipKey() && cursor.line === number
      cursor.skipSpaces()
      return isKey && cursor.peek() === ':' && cursor.isBlank(1)
    } finally {
      cursor.reset(start)
    }
  }

  /** Goes over what may be a key, without making it. */
  private skipKey(): boolean {
    const { cursor } = this
    cursor.match(/(?:[&!][^\s,[\]{}]*[ \t]+)*/y)
    switch (cursor.peek()) {
      case '"':
        return cursor.match(/"(?:[^"\\\n]|\\[^\n])*"/y) !== undefined
      case "'":
        return cursor.match(/'(?:[^'\n]|'')*'/y) !== undefined
      case '*':
        return cursor.match(/\*[^\s,[\]{}]+/y) !== undefined
      case '[':
      case '{':
        return cursor.match(/\[[^[\]{}\n]*\]|\{[^[\]{}\n]*\}/y) !== undefined
      default:
        return beginsPlain(cursor) && cursor.match(PLAIN_LINE) !== undefined
    }
  }

  private sequence(column: number): YamlNode {
    const { cursor } = this
    const items: YamlNode[] = []
    for (;;) {
      cursor.offset++
      items.push(this.node(column, 'item'))
      if (!this.continues(column)) return this.make.array(items)
      // Below a key the next key may stand where the dashes do.
      if (cursor.peek() !== '-' || !cursor.isBlank(1)) return this.make.array(items)
    }
  }

  private mapping(column: number): YamlNode {
    const { cursor } = this
    const members: [YamlNode, YamlNode][] = []
    for (;;) {
      members.push(this.member(column))
      if (!this.continues(column)) return this.make.object(members)
      if (!(cursor.peek() === '?' && cursor.isBlank(1)) && !this.isKeyAhead()) {
        if (cursor.peek() === '-' && cursor.isBlank(1)) throw cursor.error('did not find expected key')
        throw cursor.error("could not find expected ':'")
      }
    }
  }

  /** Tells whether the collection at a column goes on with what comes next. */
  private continues(column: number): boolean {
    const { cursor } = this
    cursor.skipBlank()
    if (cursor.atBoundary || cursor.column < column) return false
    cursor.expectNoTabs()
    if (!cursor.isFirstOnLine || cursor.column > column) throw cursor.error('did not find expected key')
    return true
  }

  private member(column: number): [YamlNode, YamlNode] {
    const { cursor } = this
    if (cursor.peek() === '?' && cursor.isBlank(1)) {
      cursor.offset++
      const key = this.node(column, 'item')
      cursor.skipBlank()
      const hasValue = cursor.column === column && cursor.peek() === ':' && cursor.isBlank(1)
      if (!hasValue) return [key, this.make.scalar(null)]
      cursor.offset++
      return [key, this.node(column, 'item')]
    }
    const properties = this.flow.properties()
    const key = this.make.define(properties, this.key())
    cursor.skipSpaces()
    cursor.offset++
    return [key, this.node(column, 'member')]
  }

  private key(): YamlNode {
    const { cursor } = this
    switch (cursor.peek()) {
      case '"':
      case "'":
        return this.flow.quoted()
      case '*':
        return this.flow.alias()
      case '[':
      case '{':
        return this.flow.collection()
      default:
        return this.make.scalar(resolveOrRefuse(cursor.match(PLAIN_LINE) ?? '', cursor))
    }
  }

  /** A plain text; it goes on over lines that stand further right than the parent. */
  private plain(parent: number): YamlNode {
    const { cursor } = this
    if (!beginsPlain(cursor)) throw cursor.error('found character that cannot start any token')
    const lines = [cursor.match(PLAIN_LINE) ?? '']
    for (;;) {
      const end = cursor.mark()
      cursor.skipSpaces()
      if (cursor.peek() === '#') break
      const breaks = cursor.match(/\n[ \t\n]*/y)
      if (breaks === undefined || cursor.atBoundary || cursor.column <= parent || cursor.peek() === '#') {
        cursor.reset(end)
        break
      }
      const line = cursor.match(PLAIN_LINE)
      if (line === undefined) throw cursor.error('mapping values are not allowed in this context')
      lines.push(...Array<string>(breaks.split('\n').length - 2).fill(''), line)
    }
    cursor.skipSpaces()
    if (cursor.peek() === ':') throw cursor.error('mapping values are not allowed in this context')
    return this.make.scalar(resolveOrRefuse(foldLines(lines), cursor))
  }
}
