import type { Argument } from './argument.ts'
import { type Directive, formatArgument, padText } from './verbs.ts'

/** Charges memory before a text of that size is made. */
export type Charge = (size: number) => void

/** Go refuses wider fields and longer fractions than this. */
const MAX_FIELD = 1_000_000

/** Formats arguments as Go's `fmt.Sprintf` does, its notes about mistakes in the format included. */
export function formatText(format: string, args: readonly Argument[], charge: Charge): string {
  return new Formatter(format, args, charge).run()
}

class Formatter {
  private readonly format: string
  private readonly args: readonly Argument[]
  private readonly charge: Charge
  private readonly pieces: string[] = []
  private offset = 0
  private next = 0
  private isReordered = false
  /** The index between brackets was good, as far as this directive goes. */
  private goodIndex = true
  private afterIndex = false

  constructor(format: string, args: readonly Argument[], charge: Charge) {
    this.format = format
    this.args = args
    this.charge = charge
  }

  run(): string {
    const { format } = this
    while (this.offset < format.length) {
      const percent = format.indexOf('%', this.offset)
      const end = percent < 0 ? format.length : percent
      this.write(format.slice(this.offset, end))
      this.offset = end + 1
      if (percent >= 0) this.directive()
    }
    if (!this.isReordered && this.next < this.args.length) {
      const extra = this.args.slice(this.next).map((argument) => `${goType(argument)}=${this.plain(argument)}`)
      this.write(`%!(EXTRA ${extra.join(', ')})`)
    }
    return this.pieces.join('')
  }

  private directive(): void {
    const directive = this.flags()
    this.goodIndex = true
    this.afterIndex = false
    this.index()
    if (this.format[this.offset] === '*') {
      this.offset++
      const width = this.star()
      if (width === undefined) this.write('%!(BADWIDTH)')
      else if (width < 0) {
        directive.width = -width
        directive.minus = true
        directive.zero = false
      } else directive.width = width
      this.afterIndex = false
    } else {
      const width = this.number()
      directive.width = width
      if (this.afterIndex && width !== undefined) this.goodIndex = false
    }
    if (this.format[this.offset] === '.') this.precision(directive)
    if (!this.afterIndex) this.index()
    const verb = this.verb()
    if (verb === undefined) this.write('%!(NOVERB)')
    else if (verb === '%') this.write('%')
    else if (!this.goodIndex) this.write(`%!${verb}(BADINDEX)`)
    else if (this.next >= this.args.length) this.write(`%!${verb}(MISSING)`)
    else this.argument(this.args[this.next++]!, verb, directive)
  }

  private precision(directive: Directive): void {
    this.offset++
    if (this.afterIndex) this.goodIndex = false
    this.index()
    if (this.format[this.offset] === '*') {
      this.offset++
      const precision = this.star()
      if (precision === undefined) this.write('%!(BADPREC)')
      else if (precision >= 0) directive.precision = precision
      else this.write('%!(BADPREC)')
      this.afterIndex = false
    } else directive.precision = this.number() ?? 0
  }

  private flags(): Directive {
    const flags = { plus: false, minus: false, sharp: false, space: false, zero: false }
    for (;;) {
      switch (this.format[this.offset]) {
        case '+':
          flags.plus = true
          break
        case '-':
          flags.minus = true
          flags.zero = false
          break
        case '#':
          flags.sharp = true
          break
        case ' ':
          flags.space = true
          break
        case '0':
          flags.zero = !flags.minus
          break
        default:
          return { ...flags, width: undefined, precision: undefined }
      }
      this.offset++
    }
  }

  /** An argument's number between brackets, which later arguments count on from. */
  private index(): void {
    if (this.format[this.offset] !== '[') return
    this.isReordered = true
    const close = this.format.indexOf(']', this.offset)
    const text = close < 0 ? '' : this.format.slice(this.offset + 1, close)
    const number = /^\d{1,7}$/.test(text) ? Number(text) : 0
    this.offset = close < 0 ? this.offset + 1 : close + 1
    if (number >= 1 && number <= this.args.length) {
      this.next = number - 1
      this.afterIndex = true
    } else this.goodIndex = false
  }

  private number(): number | undefined {
    const digits = /^\d+/.exec(this.format.slice(this.offset, this.offset + 32))?.[0]
    if (digits === undefined) return undefined
    this.offset += digits.length
    const value = Number(digits)
    if (value <= MAX_FIELD) return value
    // A number this long swallows the rest of the format.
    this.offset = this.format.length
    return undefined
  }

  /** A width or precision that is an argument: a whole number within bounds. */
  private star(): number | undefined {
    const argument = this.args[this.next]
    if (argument === undefined) return undefined
    this.next++
    if (argument.type !== 'int') return undefined
    const value = Number(argument.value)
    return Math.abs(value) <= MAX_FIELD ? value : undefined
  }

  private verb(): string | undefined {
    const code = this.format.codePointAt(this.offset)
    if (code === undefined) return undefined
    const verb = String.fromCodePoint(code)
    this.offset += verb.length
    return verb
  }

  private argument(argument: Argument, verb: string, directive: Directive): void {
    const size = typeof argument.value === 'string' ? argument.value.length : 32
    this.charge(Math.max(directive.width ?? 0, size) + (directive.precision ?? 0))
    if (verb === 'T') this.write(padText(goType(argument), directive))
    else this.write(formatArgument(argument, verb, directive) ?? this.mismatch(argument, verb))
  }

  private mismatch(argument: Argument, verb: string): string {
    // A pointer hides which type it points to from the note of a big.Int, which writes its own.
    const type = argument.type === 'big.Int' && verb !== 'p' ? 'big.Int' : goType(argument)
    return `%!${verb}(${type}=${this.plain(argument)})`
  }

  private plain(argument: Argument): string {
    const none = { plus: false, minus: false, sharp: false, space: false, zero: false }
    return formatArgument(argument, 'v', { ...none, width: undefined, precision: undefined })!
  }

  private write(text: string): void {
    this.charge(text.length)
    this.pieces.push(text)
  }
}

function goType(argument: Argument): string {
  return argument.type === 'big.Int' ? '*big.Int' : argument.type
}
