import { createNumber, type Value } from '../../../value/index.ts'
import { failure } from '../../operand.ts'
import { readNumberText } from '../../values/number-text.ts'

const NAMED: ReadonlyMap<string, null | boolean> = new Map<string, null | boolean>([
  ...['', '~', 'null', 'Null', 'NULL'].map((text) => [text, null] as const),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((text) => [text, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((text) => [text, false] as const),
])
const BASED = /^([+-]?)0(?:([bB])([01_]+)|([xX])([0-9a-fA-F_]+)|([oO]?)([0-7_]+))$/
/** Digits of a number in another base that still make a number. */
const MAX_BASED_DIGITS = 2048
const DECIMAL = /^[+-]?(?:\d[\d_]*)?(?:\.[\d_]*)?(?:[eE][+-]?\d+)?$/

/** Texts that stand for numbers which JSON does not have. */
const NOT_FINITE = /^(?:[+-]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/

function basedNumber(match: RegExpExecArray): Value {
  const [, sign, , binary, , hex, , octal] = match
  const digits = (binary ?? hex ?? octal)!.replaceAll('_', '')
  const prefix = binary === undefined ? (hex === undefined ? '0o' : '0x') : '0b'
  if (digits.length > MAX_BASED_DIGITS) throw failure('yaml: value out of range')
  const size = BigInt(digits === '' ? 0 : prefix + digits)
  return createNumber(sign === '-' ? -size : size)
}

/** What a plain text stands for (YAML 1.1, as Go reads it); undefined for a number that is not finite. */
export function resolvePlain(text: string): Value | undefined {
  const named = NAMED.get(text)
  if (named !== undefined) return named
  if (!/^[-+.\d]/.test(text)) return text
  if (NOT_FINITE.test(text)) return undefined
  const based = BASED.exec(text)
  if (based !== null) return basedNumber(based)
  if (!DECIMAL.test(text) || !/\d/.test(text)) return text
  return readNumberText(text.replaceAll('_', '')) ?? text
}

/** Tells whether a plain text would be read as itself. */
export function isPlainString(text: string): boolean {
  return resolvePlain(text) === text
}

/** Breaks of lines within a quoted or plain text become a space; blank lines stay. */
export function foldLines(lines: readonly string[]): string {
  let folded = lines[0] ?? ''
  let blanks = 0
  for (const line of lines.slice(1)) {
    if (line === '') {
      blanks++
      continue
    }
    folded += (blanks === 0 ? ' ' : '\n'.repeat(blanks)) + line
    blanks = 0
  }
  return folded
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
}
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g

/** The text between double quotation marks, its lines folded before; undefined where an escape is not known. */
export function unescapeText(text: string): string | undefined {
  let isValid = true
  const plain = text.replace(ESCAPE, (_, two: string, four: string, eight: string, letter: string | undefined) => {
    if (letter !== undefined) {
      isValid &&= Object.hasOwn(SIMPLE_ESCAPES, letter)
      return SIMPLE_ESCAPES[letter] ?? ''
    }
    const code = Number.parseInt(two ?? four ?? eight, 16)
    isValid &&= code <= 0x10ffff
    return code <= 0x10ffff ? String.fromCodePoint(code) : ''
  })
  return isValid ? plain : undefined
}
