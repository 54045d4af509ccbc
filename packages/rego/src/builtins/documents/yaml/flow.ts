import type { Value } from '../../../value/index.ts'
import { trimEnd } from '../../strings/ends.ts'
import type { YamlCursor } from './cursor.ts'
import type { NodeMaker, NodeProperties, YamlNode } from './nodes.ts'
import { foldLines, resolvePlain, unescapeText } from './scalar.ts'

const DOUBLE_QUOTED = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y
const SINGLE_QUOTED = /'[^']*(?:''[^']*)*'/y
const NAME = /[^\s,[\]{}]+/y
const TAG = /!(?:<[^>\s]*>|[^\s,[\]{}]*)/y

/** Characters that a plain text may not begin with. */
const INDICATORS = new Set(',[]{}#&*!|>\'"%@`')

/** Reads what stands between brackets and quotation marks, the same in any indentation. */
export class FlowReader {
  private readonly cursor: YamlCursor
  private readonly make: NodeMaker

  constructor(cursor: YamlCursor, make: NodeMaker) {
    this.cursor = cursor
    this.make = make
  }

  /** An anchor and a tag, in either order. */
  properties(): NodeProperties {
    const { cursor } = this
    let anchor: string | undefined
    let tag: string | undefined
    for (;;) {
      if (cursor.peek() === '&' && anchor === undefined) {
        cursor.offset++
        anchor = cursor.match(NAME)
        if (anchor === undefined) throw cursor.error('did not find expected alphabetic or numeric character')
      } else if (cursor.peek() === '!' && tag === undefined) tag = cursor.match(TAG)
      else return { anchor, tag }
      cursor.skipSpaces()
    }
  }

  alias(): YamlNode {
    this.cursor.offset++
    const name = this.cursor.match(NAME)
    if (name === undefined) throw this.cursor.error('did not find expected alphabetic or numeric character')
    return this.make.alias(name)
  }

  quoted(): YamlNode {
    const { cursor } = this
    const isDouble = cursor.peek() === '"'
    const text = cursor.match(isDouble ? DOUBLE_QUOTED : SINGLE_QUOTED)
    if (text === undefined) throw cursor.error('found unexpected end of stream')
    const inside = text.slice(1, -1)
    const folded = foldLines(trimBreaks(isDouble ? inside.replace(/\\\n[ \t]*/g, '') : inside))
    if (!isDouble) return this.make.scalar(folded.replaceAll("''", "'"))
    const plain = unescapeText(folded)
    if (plain === undefined) throw cursor.error('found unknown escape character')
    return this.make.scalar(plain)
  }

  /** A node within brackets. */
  node(): YamlNode {
    const { cursor } = this
    cursor.skipBlank()
    const properties = this.properties()
    cursor.skipBlank()
    return this.make.define(properties, this.content())
  }

  collection(): YamlNode {
    return this.make.nested(() => (this.cursor.peek() === '[' ? this.array() : this.object()))
  }

  private content(): YamlNode {
    switch (this.cursor.peek()) {
      case '[':
      case '{':
        return this.collection()
      case '"':
      case "'":
        return this.quoted()
      case '*':
        return this.alias()
      default:
        return this.plain()
    }
  }

  private array(): YamlNode {
    const { cursor } = this
    const items: YamlNode[] = []
    cursor.offset++
    for (;;) {
      cursor.skipBlank()
      if (cursor.take(']')) return this.make.array(items)
      const key = this.node()
      cursor.skipBlank()
      // One member may stand among the items without braces.
      if (cursor.peek() === ':') {
        cursor.offset++
        items.push(this.make.object([[key, this.node()]]))
        cursor.skipBlank()
      } else items.push(key)
      if (!cursor.take(',') && cursor.peek() !== ']') throw cursor.error("did not find expected ',' or ']'")
    }
  }

  private object(): YamlNode {
    const { cursor } = this
    const members: [YamlNode, YamlNode][] = []
    cursor.offset++
    for (;;) {
      cursor.skipBlank()
      if (cursor.take('}')) return this.make.object(members)
      const key = this.node()
      cursor.skipBlank()
      members.push([key, cursor.take(':') ? this.node() : this.make.scalar(null)])
      cursor.skipBlank()
      if (!cursor.take(',') && cursor.peek() !== '}') throw cursor.error("did not find expected ',' or '}'")
    }
  }

  /** A text without marks around it, up to whatever ends it within brackets. */
  private plain(): YamlNode {
    const { cursor } = this
    const first = cursor.peek()
    if (first === ',' || first === ']' || first === '}' || first === ':' || first === '') {
      if (first === '') throw cursor.error('did not find expected node content')
      return this.make.scalar(null)
    }
    if (INDICATORS.has(first)) throw cursor.error('did not find expected node content')
    const lines: string[] = []
    do
      lines.push(
        cursor.match(/(?:[^\s,[\]{}:#]|:(?![\s,[\]{}])|(?<=\S)#|[ \t]+(?=[^\s#,[\]{}:]|:(?![\s,[\]{}])))*/y) ?? '',
      )
    while (lines[lines.length - 1] !== '' && /\n/.test(cursor.match(/[ \t]*\n[ \t\n]*(?=[^\s,[\]{}:#])/y) ?? ''))
    return this.make.scalar(resolveOrRefuse(foldLines(lines), cursor))
  }
}

/** Tells whether a character can begin a plain text. */
export function beginsPlain(cursor: YamlCursor): boolean {
  const first = cursor.peek()
  if (first === '-' || first === '?' || first === ':') return !cursor.isBlank(1)
  return first !== '' && !INDICATORS.has(first)
}

/** What a plain text stands for; a number that is not finite is refused. */
export function resolveOrRefuse(text: string, cursor: YamlCursor): Value {
  const value = resolvePlain(text)
  if (value === undefined) throw cursor.error(`cannot convert ${text} to JSON`)
  return value
}

/** Lines of a quoted text without the spaces around their breaks. */
function trimBreaks(text: string): string[] {
  const lines = text.split('\n')
  return lines.map((line, i) => {
    const front = i === 0 ? line : line.replace(/^[ \t]+/, '')
    return i === lines.length - 1 ? front : trimEnd(front, ' \t')
  })
}
