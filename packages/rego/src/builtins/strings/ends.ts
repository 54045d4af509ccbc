/** A text without the characters of `cutset` at its end, in linear time. */
export function trimEnd(text: string, cutset: string): string {
  let end = text.length
  while (end > 0 && cutset.includes(text.charAt(end - 1))) end--
  return text.slice(0, end)
}

/** A text without the characters of `cutset` at either end, in linear time. */
export function trimEnds(text: string, cutset: string): string {
  const front = trimEnd(text, cutset)
  let start = 0
  while (start < front.length && cutset.includes(front.charAt(start))) start++
  return front.slice(start)
}
