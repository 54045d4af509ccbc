import { defineBuiltin, type Evaluate, type TypedBuiltin } from '../define.ts'
import { failure, readString } from '../operand.ts'

/** Ranges of code points. */
type CharacterSet = readonly (readonly [low: number, high: number])[]

/** One character of a glob, or a run of them. */
interface GlobToken {
  readonly set: CharacterSet
  readonly repeat: '' | '+' | '*'
}

const ANY: CharacterSet = [[0, 0x10ffff]]

/** Reads the small language of these globs: characters, `.`, `[sets]`, and `+` and `*` behind any of them. */
function parseGlob(text: string): GlobToken[] {
  const input = [...text]
  const tokens: GlobToken[] = []
  let at = 0
  const invalid = (problem: string): Error =>
    failure(`input:${text}, pos:${at}, ${problem}: the input provided is invalid`)
  const readSet = (): CharacterSet => {
    const ranges: [number, number][] = []
    for (;;) {
      const character = input[at++]
      if (character === undefined) throw invalid('found [ without matching ]')
      if (character === ']') return ranges
      if (character === '-' && ranges.length > 0 && at < input.length && input[at] !== ']') {
        const high = readEscaped(input[at++]!)
        const last = ranges[ranges.length - 1]!
        if (high < last[0]) throw invalid('a range runs backwards')
        last[1] = high
      } else {
        const code = readEscaped(character)
        ranges.push([code, code])
      }
    }
  }
  const readEscaped = (character: string): number => {
    if (character !== '\\') return character.codePointAt(0)!
    const escaped = input[at++]
    if (escaped === undefined) throw invalid('nothing follows an escape')
    return escaped.codePointAt(0)!
  }
  while (at < input.length) {
    const character = input[at++]!
    let set: CharacterSet
    if (character === '.') set = ANY
    else if (character === '[') set = readSet()
    else if (character === ']') throw invalid("set-close ']' with no preceding '['")
    else if (character === '+' || character === '*') throw invalid(`flag '${character}' must be preceded by a token`)
    else {
      const code = readEscaped(character)
      set = [[code, code]]
    }
    const repeat = input[at] === '+' || input[at] === '*' ? (input[at++] as '+' | '*') : ''
    tokens.push({ set, repeat })
  }
  return tokens
}

function overlap(a: CharacterSet, b: CharacterSet): boolean {
  return a.some(([low, high]) => b.some((range) => low <= range[1] && range[0] <= high))
}

/** Positions in both globs at once; `inA` and `inB` tell that a run has its first character. */
function intersect(a: readonly GlobToken[], b: readonly GlobToken[], step: () => void): boolean {
  const width = b.length + 1
  const seen = new Uint8Array((a.length + 1) * width * 4)
  const open: [i: number, j: number, inA: boolean, inB: boolean][] = []
  const visit = (i: number, j: number, inA: boolean, inB: boolean): void => {
    const index = (i * width + j) * 4 + Number(inA) * 2 + Number(inB)
    if (seen[index] !== 0) return
    seen[index] = 1
    open.push([i, j, inA, inB])
  }
  visit(0, 0, false, false)
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    step()
    const [i, j, inA, inB] = state
    if (i === a.length && j === b.length) return true
    const left = a[i]
    const right = b[j]
    // A run may end without a further character.
    if (left !== undefined && (left.repeat === '*' || (left.repeat === '+' && inA))) visit(i + 1, j, false, inB)
    if (right !== undefined && (right.repeat === '*' || (right.repeat === '+' && inB))) visit(i, j + 1, inA, false)
    if (left === undefined || right === undefined || !overlap(left.set, right.set)) continue
    const staysA = left.repeat !== ''
    const staysB = right.repeat !== ''
    visit(staysA ? i : i + 1, staysB ? j : j + 1, staysA, staysB)
  }
  return false
}

const matchGlobs: Evaluate = (operands, context) => {
  const left = readString(operands, 1)
  const right = readString(operands, 2)
  context.step(1 + left.length + right.length)
  context.memory(4 * (left.length + 1) * (right.length + 1))
  return intersect(parseGlob(left), parseGlob(right), () => context.step())
}

/** `regex.globs_match`: whether some text matches both globs. */
export const INTERSECTION_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('regex.globs_match', 'string, string -> boolean', matchGlobs),
]
