/**
 * Whether a path matches a shell pattern: `*` any run of characters, slashes included, `?` any one, `[abc]`, `[a-z]` and
 * `[!a]` one of a class. Takes at most as many steps as the product of both lengths.
 */
export function matchesPattern(pattern: string, path: string): boolean {
  const tokens = tokenize(pattern)
  let token = 0
  let at = 0
  let star = -1
  let from = 0
  while (at < path.length) {
    const current = tokens[token]
    if (current === '*') {
      star = token++
      from = at
    } else if (current?.(path[at] as string)) {
      token++
      at++
    } else if (star >= 0) {
      token = star + 1
      at = ++from
    } else return false
  }
  return tokens.slice(token).every((rest) => rest === '*')
}

type Token = '*' | ((character: string) => boolean)

function tokenize(pattern: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < pattern.length; at++) {
    const letter = pattern[at] as string
    const end = letter === '[' ? pattern.indexOf(']', at + 2) : -1
    if (letter === '*') tokens.push('*')
    else if (letter === '?') tokens.push(() => true)
    else if (end > 0) {
      tokens.push(createClass(pattern.slice(at + 1, end)))
      at = end
    } else tokens.push((character) => character === letter)
  }
  return tokens
}

function createClass(text: string): (character: string) => boolean {
  const negated = text.startsWith('!') || text.startsWith('^')
  const body = negated ? text.slice(1) : text
  const ranges: [string, string][] = []
  for (let at = 0; at < body.length; at++) {
    const first = body[at] as string
    const range = body[at + 1] === '-' && at + 2 < body.length
    ranges.push([first, range ? (body[at + 2] as string) : first])
    if (range) at += 2
  }
  return (character) => ranges.some(([low, high]) => character >= low && character <= high) !== negated
}
