import { failure } from '../../operand.ts'

/** A piece of a template: text, or what stands between the braces. */
export interface Piece {
  readonly isAction: boolean
  readonly text: string
}

const ACTION =
  /\{\{(-(?=\s))?((?:"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*'|\/\*[\s\S]*?\*\/|(?!\}\})[\s\S])*?)((?<=\s)-)?\}\}/g

/** Splits a template at its braces; a dash inside a brace takes the space beside it away. */
export function splitTemplate(template: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  let trimNext = false
  for (const match of template.matchAll(ACTION)) {
    let text = template.slice(at, match.index)
    if (trimNext) text = text.trimStart()
    if (match[1] !== undefined) text = text.trimEnd()
    if (text !== '') pieces.push({ isAction: false, text })
    const action = match[2]!.trim()
    if (!/^\/\*[\s\S]*\*\/$/.test(action)) pieces.push({ isAction: true, text: action })
    trimNext = match[3] !== undefined
    at = match.index + match[0].length
  }
  const rest = template.slice(at)
  if (rest.includes('{{')) throw failure('template: unclosed action')
  const text = trimNext ? rest.trimStart() : rest
  if (text !== '') pieces.push({ isAction: false, text })
  return pieces
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
      if (action.slice(at).trim() === '') break
      throw failure(`template: unexpected ${JSON.stringify(action.slice(at, at + 16))} in action`)
    }
    const touches = at > 0 && match[0].length === match[1]!.length
    tokens.push(touches && match[1]!.startsWith('.') ? `\0${match[1]}` : match[1]!)
    at += match[0].length
  }
  return tokens
}
