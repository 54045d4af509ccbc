import { trimEnd } from '../../strings/ends.ts'
import type { YamlCursor } from './cursor.ts'

interface Style {
  readonly folded: boolean
  readonly chomp: '' | '-' | '+'
  readonly indent: number | undefined
}

function readStyle(cursor: YamlCursor): Style {
  const folded = cursor.peek() === '>'
  cursor.offset++
  const mark = cursor.match(/[-+]?[1-9]?[-+]?/y) ?? ''
  cursor.skipSpaces()
  cursor.match(/(?<=[ \t])#[^\n]*/y)
  if (!cursor.atEnd && !cursor.take('\n')) throw cursor.error('did not find expected comment or line break')
  const digit = /\d/.exec(mark)?.[0]
  const chomp = mark.includes('-') ? '-' : mark.includes('+') ? '+' : ''
  return { folded, chomp, indent: digit === undefined ? undefined : Number(digit) }
}

/** The text behind `|` or `>`, whose lines stand further right than `parentIndent`. */
export function readBlockScalar(cursor: YamlCursor, parentIndent: number): string {
  const style = readStyle(cursor)
  const base = Math.max(parentIndent, 0)
  let indent = style.indent === undefined ? undefined : base + style.indent
  const lines: string[] = []
  while (!cursor.atEnd) {
    const { offset } = cursor
    const end = cursor.text.indexOf('\n', offset)
    const line = cursor.text.slice(offset, end < 0 ? undefined : end)
    const isBlank = /^ *$/.test(line)
    const leading = line.length - line.trimStart().length
    const spaces = /^ */.exec(line)![0].length
    if (!isBlank) {
      if (indent === undefined && spaces <= parentIndent) break
      indent ??= spaces
      if (spaces < indent || (leading === 0 && cursor.atBoundary)) break
    }
    lines.push(isBlank ? line.slice(indent ?? line.length) : line.slice(indent))
    cursor.offset = end < 0 ? cursor.text.length : end + 1
  }
  return chompText(style.folded ? foldBlock(lines) : lines.join('\n'), lines.length, style.chomp)
}

function chompText(text: string, lineCount: number, chomp: Style['chomp']): string {
  if (lineCount === 0) return ''
  if (chomp === '+') return `${text}\n`
  const kept = trimEnd(text, '\n')
  return chomp === '-' || kept === '' ? kept : `${kept}\n`
}

/** Breaks between lines that begin with text become a space; lines further right keep theirs. */
function foldBlock(lines: readonly string[]): string {
  let text = ''
  let pending = 0
  let previous: string | undefined
  for (const line of lines) {
    if (line === '') {
      pending++
      continue
    }
    const isFolded = previous !== undefined && !/^[ \t]/.test(previous) && !/^[ \t]/.test(line)
    if (previous === undefined) text += '\n'.repeat(pending)
    else if (isFolded) text += pending === 0 ? ' ' : '\n'.repeat(pending)
    else text += '\n'.repeat(pending + 1)
    text += line
    previous = line
    pending = 0
  }
  return text + '\n'.repeat(pending)
}
