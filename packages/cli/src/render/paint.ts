/** Colours for terminals; plain text elsewhere. */
export interface Paint {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly warn: (text: string) => string
  readonly dim: (text: string) => string
  readonly bold: (text: string) => string
}

const plain = (text: string): string => text
const sgr =
  (open: number, close: number) =>
  (text: string): string =>
    `\u001b[${open}m${text}\u001b[${close}m`

/** @param colour whether the output is a terminal that shows colour */
export function createPaint(colour: boolean): Paint {
  if (!colour) return { good: plain, bad: plain, warn: plain, dim: plain, bold: plain }
  return { good: sgr(32, 39), bad: sgr(31, 39), warn: sgr(33, 39), dim: sgr(2, 22), bold: sgr(1, 22) }
}

/** What moves the cursor, reorders or hides text on a terminal. */
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/**
 * Text from outside made safe for a terminal: control characters become visible escapes. Lines and tabs stay; JSON text stays
 * the same JSON.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** One value from outside on one line: as {@link printable}, and it cannot end its line to begin one of its own. */
export function printableValue(value: unknown): string {
  const text = typeof value === 'string' ? value : toJson(value)
  return printable(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t')
}

/** JSON of whatever an error or a finding carries; a number beyond JSON's as its digits. */
export function toJson(value: unknown): string {
  const spell = (_name: string, member: unknown) => (typeof member === 'bigint' ? member.toString() : member)
  return printable(JSON.stringify(value, spell) ?? 'undefined')
}
