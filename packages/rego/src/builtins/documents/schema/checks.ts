import {
  compareNumbers,
  decimalOf,
  equalValues,
  isArray,
  isInteger,
  isNumber,
  jsonText,
  keyOf,
  numberText,
  type RegoArray,
  type RegoNumber,
  type RegoObject,
  typeNameOf,
  type Value,
} from '../../../value/index.ts'
import { fieldName } from './findings.ts'
import { numberMember } from './schema.ts'

/** Takes a finding about the part at hand. */
export type Report = (type: string, description: string) => void

/** Tells whether a value has a type of JSON Schema. */
export function isOfType(value: Value, type: string): boolean {
  if (type === 'integer') return isNumber(value) && isInteger(value)
  return typeNameOf(value) === type
}

/** The type of a value as findings name it. */
export function schemaTypeOf(value: Value): string {
  return isNumber(value) && isInteger(value) ? 'integer' : typeNameOf(value)
}

/** `enum` and `const`. */
export function matchValues(value: Value, schema: RegoObject, path: readonly string[], report: Report): void {
  const values = schema.member('enum')
  if (values !== undefined && isArray(values) && !values.some((item) => equalValues(item, value))) {
    const allowed = values.map(jsonText).join(', ')
    report('enum', `${fieldName(path)} must be one of the following: ${allowed}`)
  }
  const constant = schema.member('const')
  if (constant !== undefined && !equalValues(constant, value)) {
    report('const', `${fieldName(path)} does not match: ${jsonText(constant)}`)
  }
}

/** Bounds and factors of a number. */
export function matchNumber(value: RegoNumber, schema: RegoObject, report: Report): void {
  const bound = (name: 'Minimum' | 'Maximum', sign: 1 | -1): void => {
    const inclusive = numberMember(schema, name.toLowerCase())
    const exclusive = schema.member(`exclusive${name}`)
    const word = sign === 1 ? 'greater' : 'less'
    const kind = sign === 1 ? 'number_gt' : 'number_lt'
    if (inclusive !== undefined) {
      const order = compareNumbers(value, inclusive) * sign
      if (exclusive === true && order <= 0) report(kind, `Must be ${word} than ${numberText(inclusive)}`)
      else if (order < 0) report(`${kind}e`, `Must be ${word} than or equal to ${numberText(inclusive)}`)
    }
    if (exclusive !== undefined && isNumber(exclusive) && compareNumbers(value, exclusive) * sign <= 0) {
      report(kind, `Must be ${word} than ${numberText(exclusive)}`)
    }
  }
  bound('Minimum', 1)
  bound('Maximum', -1)
  const factor = numberMember(schema, 'multipleOf')
  if (factor !== undefined && factor !== 0 && !isMultiple(value, factor)) {
    report('multiple_of', `Must be a multiple of ${numberText(factor)}`)
  }
}

function isMultiple(value: RegoNumber, factor: RegoNumber): boolean {
  const [a, x] = decimalOf(value)
  const [b, y] = decimalOf(factor)
  const low = Math.min(x, y)
  return (a * 10n ** BigInt(x - low)) % (b * 10n ** BigInt(y - low)) === 0n
}

/** `uniqueItems`, by the canonical keys of the items. */
export function matchUnique(array: RegoArray, report: Report): void {
  const seen = new Map<unknown, number>()
  for (const [i, item] of array.entries()) {
    const former = seen.get(keyOf(item))
    if (former !== undefined) report('unique', `array items[${former},${i}] must be unique`)
    else seen.set(keyOf(item), i)
  }
}
