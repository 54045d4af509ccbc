/** JSON as this framework writes it: with comments where people write, with integers beyond 2^53 where it counts nanoseconds. */

/** Text with its comments replaced by blanks of the same length, so that positions stay; strings are left alone. */
export function blankComments(text: string): string {
  const out: string[] = []
  let from = 0
  for (let at = 0; at < text.length; ) {
    if (text[at] === '"') at = endOfString(text, at)
    else if (text[at] === '/' && (text[at + 1] === '/' || text[at + 1] === '*')) {
      const end = endOfComment(text, at)
      if (end === undefined) break
      out.push(text.slice(from, at), text.slice(at, end).replace(/[^\r\n]/g, ' '))
      at = end
      from = end
    } else at++
  }
  out.push(text.slice(from))
  return out.join('')
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at + 1
  }
  return text.length
}

/** An unfinished comment stays as it is, so that the strict reader refuses it. */
function endOfComment(text: string, start: number): number | undefined {
  if (text[start + 1] === '/') {
    const end = text.indexOf('\n', start)
    return end < 0 ? text.length : end
  }
  const end = text.indexOf('*/', start + 2)
  return end < 0 ? undefined : end + 2
}

/**
 * JSON text of data whose integers may be bigint, which are written as plain digits. The data come from the bounded reader
 * or from this program, so their depth is bounded.
 */
export function writeJson(value: unknown): string {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${writeJson(member)}`).join(',')}}`
}
