const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u
const ESCAPES: ReadonlyMap<number, string> = new Map([
  [7, '\\a'],
  [8, '\\b'],
  [12, '\\f'],
  [10, '\\n'],
  [13, '\\r'],
  [9, '\\t'],
  [11, '\\v'],
  [92, '\\\\'],
])

/** Tells whether Go prints a character as it is. */
export function isPrintable(codePoint: number): boolean {
  return PRINTABLE.test(String.fromCodePoint(codePoint))
}

function escapeCharacter(character: string, quote: string, asciiOnly: boolean): string {
  if (character === quote) return `\\${character}`
  const code = character.codePointAt(0)!
  const known = ESCAPES.get(code)
  if (known !== undefined) return known
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code < 0x7f || (!asciiOnly && isPrintable(code))) return character
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`
}

/** A text in quotation marks with Go's escapes; `asciiOnly` escapes whatever is not ASCII. */
export function quoteText(text: string, quote: '"' | "'" = '"', asciiOnly = false): string {
  let quoted = quote
  for (const character of text) quoted += escapeCharacter(character, quote, asciiOnly)
  return quoted + quote
}

/** Tells whether a text can stand between grave accents unchanged. */
export function isRawQuotable(text: string): boolean {
  return !/[`\u0000-\u0008\u000a-\u001f\u007f\ufeff]/.test(text)
}
