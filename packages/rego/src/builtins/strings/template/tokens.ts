import { failure } from '../../operand.ts'

/** A piece of a template: text, or what stands between the braces. */
export interface Piece {
  readonly isAction: boolean
  readonly text: string
}

const TEXT = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*'/y
const PLAIN = /[^"'`}]+/y

/** Where the action that begins at `start` ends: at braces that stand in no quotation. */
function endOfAction(template: string, start: number): number {
  for (let at = start; at < template.length; ) {
    if (template.startsWith('}}', at)) return at
    PLAIN.lastIndex = at
    TEXT.lastIndex = at
    const text = PLAIN.exec(template) ?? TEXT.exec(template)
    if (text === null && template[at] !== '}') throw failure('template: unterminated quoted string')
    at += text?.[0].length ?? 1
  }
  throw failure('template: unclosed action')
}

/** Splits a template at its braces; a dash inside a brace takes the space beside it away. */
export function splitTemplate(template: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  let trimsNext = false
  for (;;) {
    const start = template.indexOf('{{', at)
    let text = template.slice(at, start < 0 ? undefined : start)
    if (trimsNext) text = text.trimStart()
    const trimsBefore = start >= 0 && /^-\s/.test(template.slice(start + 2, start + 4))
    if (trimsBefore) text = text.trimEnd()
    if (text !== '') pieces.push({ isAction: false, text })
    if (start < 0) return pieces
    const from = start + (trimsBefore ? 3 : 2)
    const comment = /^\s*\/\*/.test(template.slice(from, from + 64)) ? template.indexOf('*/', from) : -1
    const end = comment < 0 ? endOfAction(template, from) : template.indexOf('}}', comment)
    if (end < 0) throw failure('template: unclosed comment')
    trimsNext = /\s-$/.test(template.slice(Math.max(from, end - 2), end))
    const action = template.slice(from, trimsNext ? end - 1 : end).trim()
    if (comment < 0) pieces.push({ isAction: true, text: action })
    at = end + 2
  }
}

const TOKEN =
  /\s*("(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*'|:=|[=|(),]|\$[\p{L}\p{N}_]*|(?:\.[\p{L}_][\p{L}\p{N}_]*)+|\.|[-+]?\d[\w.]*|[\p{L}_][\p{L}\p{N}_]*)/uy

/** The tokens of an action. A token that touches the one before it starts with a zero character. */
export function tokenize(action: string): string[] {
  const tokens: string[] = []
  for (let at = 0; at < action.length; ) {
    TOKEN.lastIndex = at
    const match = TOKEN.exec(action)
    if (match === null) {
      throw failure(`template: unexpected ${JSON.stringify(action.slice(at, at + 16))} in action`)
    }
    const touches = at > 0 && match[0].length === match[1]!.length
    tokens.push(touches && match[1]!.startsWith('.') ? `\0${match[1]}` : match[1]!)
    at += match[0].length
  }
  return tokens
}
