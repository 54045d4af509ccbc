import { encodeHex } from '@veritee/codec/bytes'
import { bytesOf } from '../encoding/bytes.ts'
import type { Argument } from './argument.ts'
import { formatDouble } from './floats.ts'
import { isPrintable, isRawQuotable, quoteText } from './quote.ts'

/** What stands between the percent sign and the verb. */
export interface Directive {
  plus: boolean
  minus: boolean
  sharp: boolean
  space: boolean
  zero: boolean
  width: number | undefined
  precision: number | undefined
}

const REPLACEMENT = 0xfffd

/** Fills a text up to the width, counted in code points. */
export function padText(text: string, directive: Directive, zero: boolean = directive.zero): string {
  const missing = (directive.width ?? 0) - [...text].length
  if (missing <= 0) return text
  if (directive.minus) return text + ' '.repeat(missing)
  return (zero ? '0' : ' ').repeat(missing) + text
}

function signOf(negative: boolean, directive: Directive): string {
  return negative ? '-' : directive.plus ? '+' : directive.space ? ' ' : ''
}

const BASES: Readonly<Record<string, readonly [base: number, prefix: string]>> = {
  b: [2, '0b'],
  o: [8, '0'],
  O: [8, '0o'],
  d: [10, ''],
  v: [10, ''],
  s: [10, ''],
  x: [16, '0x'],
  X: [16, '0X'],
}

function formatInteger(value: bigint, verb: string, directive: Directive): string {
  const [base, mark] = BASES[verb]!
  const { precision, width } = directive
  if (precision === 0 && value === 0n) return ' '.repeat(width ?? 0)
  const sign = signOf(value < 0n, directive)
  let digits = (value < 0n ? -value : value).toString(base)
  if (verb === 'X') digits = digits.toUpperCase()
  const zeroFill = directive.zero && !directive.minus && width !== undefined && precision === undefined
  const wanted = precision ?? (zeroFill ? width - sign.length : 0)
  digits = digits.padStart(wanted, '0')
  const isMarked = verb === 'O' || (directive.sharp && !(verb === 'o' && digits.startsWith('0')))
  return padText(sign + (isMarked ? mark : '') + digits, directive, false)
}

function codePointOf(value: bigint): number {
  const isValid = value >= 0n && value <= 0x10ffffn && !(value >= 0xd800n && value < 0xe000n)
  return isValid ? Number(value) : REPLACEMENT
}

function formatUnicode(value: bigint, directive: Directive): string {
  const code = value < 0n ? (1n << 64n) + value : value
  const digits = code
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(directive.precision ?? 4, 4), '0')
  const shown = codePointOf(value)
  const character = directive.sharp && isPrintable(shown) ? ` '${String.fromCodePoint(shown)}'` : ''
  return padText(`U+${digits}${character}`, directive, false)
}

function formatFloat(value: number, verb: string, directive: Directive): string {
  const standard = verb === 'v' || 'bgGxX'.includes(verb) ? -1 : 6
  const precision = directive.precision ?? standard
  let text = formatDouble(value, verb === 'v' ? 'g' : verb, precision)
  if (directive.sharp && verb !== 'b') text = keepZeros(text, verb, directive.precision)
  const sign = signOf(value < 0, directive)
  if (directive.zero && !directive.minus && (directive.width ?? 0) > sign.length + text.length) {
    return sign + text.padStart(directive.width! - sign.length, '0')
  }
  return padText(sign + text, directive, false)
}

/** `#` keeps the point, and for `%g` the zeros behind it up to the precision. */
function keepZeros(text: string, verb: string, precision: number | undefined): string {
  const mark = text.search(verb === 'x' || verb === 'X' ? /[pP]/ : /[eE]/)
  const head = mark < 0 ? text : text.slice(0, mark)
  const tail = mark < 0 ? '' : text.slice(mark)
  const pointed = head.includes('.') ? head : `${head}.`
  if (!'vgG'.includes(verb)) return pointed + tail
  const significant = pointed.replace(/^0\.0*/, '').replace('.', '').length
  const missing = (precision === 0 ? 1 : (precision ?? 6)) - significant
  return pointed + '0'.repeat(Math.max(missing, 0)) + tail
}

function formatText(value: string, verb: string, directive: Directive): string {
  const { precision } = directive
  const cut = precision === undefined ? value : [...value].slice(0, precision).join('')
  if (verb === 's' || (verb === 'v' && !directive.sharp)) return padText(cut, directive)
  if (verb === 'x' || verb === 'X') {
    const bytes = bytesOf(value)
    const hex = encodeHex(precision === undefined ? bytes : bytes.subarray(0, precision))
    const prefix = directive.sharp ? '0x' : ''
    const pairs = directive.space ? (hex.match(/../g) ?? []).map((pair) => prefix + pair).join(' ') : hex
    const text = directive.space || pairs === '' ? pairs : prefix + pairs
    return padText(verb === 'X' ? text.toUpperCase() : text, directive)
  }
  const raw = verb === 'q' && directive.sharp && isRawQuotable(cut)
  return padText(raw ? `\`${cut}\`` : quoteText(cut, '"', verb === 'q' && directive.plus), directive)
}

function formatQuotedCharacter(value: bigint, directive: Directive): string {
  return padText(quoteText(String.fromCodePoint(codePointOf(value)), "'", directive.plus), directive)
}

/** The argument under a verb, or undefined where the verb does not fit the argument's type. */
export function formatArgument(argument: Argument, verb: string, directive: Directive): string | undefined {
  switch (argument.type) {
    case 'int':
      if ('vdboOxX'.includes(verb)) return formatInteger(argument.value, verb, directive)
      if (verb === 'c') return padText(String.fromCodePoint(codePointOf(argument.value)), directive)
      if (verb === 'q') return formatQuotedCharacter(argument.value, directive)
      return verb === 'U' ? formatUnicode(argument.value, directive) : undefined
    case 'big.Int':
      return 'vsdboOxX'.includes(verb) ? formatInteger(argument.value, verb, directive) : undefined
    case 'float64':
      return 'vbeEfFgGxX'.includes(verb) ? formatFloat(argument.value, verb, directive) : undefined
    case 'string':
      return 'vsxXq'.includes(verb) ? formatText(argument.value, verb, directive) : undefined
  }
}
