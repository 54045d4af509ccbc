import {
  compareValues,
  equalValues,
  isArray,
  isNumber,
  isObject,
  isSet,
  numberText,
  typeNameOf,
  type Value,
} from '../../../value/index.ts'
import { argumentOf } from '../../format/argument.ts'
import { formatText } from '../../format/printf.ts'
import { failure } from '../../operand.ts'
import { TemplateInteger } from './syntax.ts'

/** What templates work on; undefined is what the data does not have. */
export type TemplateValue = Value | TemplateInteger | undefined

/** The value as Rego has it; what is missing counts as null. */
export function plainValue(value: TemplateValue): Value {
  return value instanceof TemplateInteger ? value.value : (value ?? null)
}

/** Everything counts as true but false, nothing, empty texts and collections, and zeros of the template itself. */
export function isTrue(value: TemplateValue): boolean {
  if (value === undefined || value === null || value === false || value === '') return false
  if (value instanceof TemplateInteger) return value.value !== 0
  if (isArray(value)) return value.length > 0
  return isObject(value) || isSet(value) ? value.size > 0 : true
}

/** A value as Go prints it; what is missing is `<undefined>`. */
export function textOfValue(value: TemplateValue): string {
  if (value === undefined || value === null) return '<undefined>'
  if (value instanceof TemplateInteger) return String(value.value)
  if (isNumber(value)) return numberText(value)
  if (isArray(value) || isSet(value)) return `[${[...value].map(textOfItem).join(' ')}]`
  if (!isObject(value)) return String(value)
  return `map[${[...value.entries()].map(([key, item]) => `${textOfItem(key)}:${textOfItem(item)}`).join(' ')}]`
}

function textOfItem(value: Value): string {
  return value === null ? '<nil>' : textOfValue(value)
}

function sizeOf(value: TemplateValue): number {
  const plain = plainValue(value)
  if (typeof plain === 'string') return new TextEncoder().encode(plain).length
  if (isArray(plain)) return plain.length
  if (isObject(plain) || isSet(plain)) return plain.size
  throw failure(`template: len of type ${typeNameOf(plain)}`)
}

function index(value: TemplateValue, keys: readonly TemplateValue[]): TemplateValue {
  let part: TemplateValue = value
  for (const key of keys) {
    const plain = plainValue(part)
    const name = plainValue(key)
    if (isObject(plain)) part = plain.get(name)
    else if (isArray(plain)) {
      part = typeof name === 'number' ? plain[name] : undefined
      if (part === undefined) throw failure('template: index out of range')
    } else throw failure(`template: can't index item of type ${typeNameOf(plain)}`)
  }
  return part
}

function compare(a: TemplateValue, b: TemplateValue): number {
  const [left, right] = [plainValue(a), plainValue(b)]
  if (typeNameOf(left) !== typeNameOf(right)) throw failure('template: incompatible types for comparison')
  return compareValues(left, right)
}

const HTML: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&#34;', "'": '&#39;' }

/** Go puts a space between two values of which neither is a text. */
function joinPrinted(values: readonly TemplateValue[]): string {
  return values
    .map((value, i) => {
      const spaced = i > 0 && typeof value !== 'string' && typeof values[i - 1] !== 'string'
      return (spaced ? ' ' : '') + textOfValue(value)
    })
    .join('')
}

/** Calls a function of templates. `and` and `or` work on what was evaluated already. */
export function callFunction(
  name: string,
  args: readonly TemplateValue[],
  charge: (size: number) => void,
): TemplateValue {
  const [first, second] = args
  const missing = (count: number): void => {
    if (args.length < count) throw failure(`template: wrong number of args for ${name}: want at least ${count}`)
  }
  switch (name) {
    case 'and':
      missing(1)
      return args.every(isTrue) ? args[args.length - 1] : args.find((value) => !isTrue(value))
    case 'or':
      missing(1)
      return args.find(isTrue) ?? args[args.length - 1]
    case 'not':
      missing(1)
      return !isTrue(first)
    case 'eq':
      missing(2)
      return args.slice(1).some((value) => equalValues(plainValue(first), plainValue(value)))
    case 'ne':
      missing(2)
      return !equalValues(plainValue(first), plainValue(second))
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge': {
      missing(2)
      const order = compare(first, second)
      return { lt: order < 0, le: order <= 0, gt: order > 0, ge: order >= 0 }[name]
    }
    case 'len':
      missing(1)
      return new TemplateInteger(sizeOf(first))
    case 'index':
      missing(1)
      return index(first, args.slice(1))
    case 'print':
      return joinPrinted(args)
    case 'println':
      return `${args.map(textOfValue).join(' ')}\n`
    case 'printf': {
      const format = plainValue(first)
      if (typeof format !== 'string') throw failure('template: printf needs a format')
      return formatText(
        format,
        args.slice(1).map((value) => argumentOf(plainValue(value))),
        charge,
      )
    }
    case 'html':
      return joinPrinted(args).replace(/[<>&"']/g, (character) => HTML[character]!)
    default:
      throw failure(`template: function ${JSON.stringify(name)} not defined`)
  }
}
