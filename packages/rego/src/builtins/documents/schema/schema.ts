import type { BuiltinContext } from '../../../evaluate/builtin.ts'
import {
  isArray,
  isNumber,
  isObject,
  type RegoNumber,
  type RegoObject,
  typeNameOf,
  type Value,
} from '../../../value/index.ts'
import { failure } from '../../operand.ts'
import { compilePattern } from '../../patterns/program.ts'

const TYPES = ['array', 'boolean', 'integer', 'number', 'null', 'object', 'string']
const SCHEMA_MEMBERS = [
  'additionalItems',
  'contains',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
  'additionalProperties',
]
const SCHEMA_LISTS = ['allOf', 'anyOf', 'oneOf']
const SCHEMA_MAPS = ['properties', 'patternProperties', 'definitions', '$defs']
const COUNTS = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties']
const BOUNDS = ['minimum', 'maximum', 'multipleOf']
const MAX_DEPTH = 128

/** A schema: an object of keywords, or true and false, which everything and nothing matches. */
export type Schema = RegoObject | boolean

/** The member of a schema that is a number; other values were refused before. */
export function numberMember(schema: RegoObject, name: string): RegoNumber | undefined {
  const value = schema.member(name)
  return value !== undefined && isNumber(value) ? value : undefined
}

/** The types that a schema allows; none named allow all. */
export function typesOf(schema: RegoObject): readonly string[] {
  const type = schema.member('type')
  if (type === undefined) return []
  return (isArray(type) ? type : [type]) as readonly string[]
}

/**
 * Refuses a schema that is none (JSON Schema drafts 4, 6 and 7): wrong types of keywords, unknown types, patterns that do
 * not compile. Unknown keywords are passed over, as the drafts have it.
 */
export function expectSchema(value: Value, context: BuiltinContext, depth = 0): asserts value is Schema {
  context.step()
  if (typeof value === 'boolean') return
  if (!isObject(value)) throw failure(`Invalid type. Expected: valid schema, given: ${typeNameOf(value)}`)
  if (depth > MAX_DEPTH) throw failure('the schema is nested too deeply')
  expectTypes(value)
  expectScalars(value, context)
  for (const name of SCHEMA_MEMBERS) {
    const member = value.member(name)
    if (member !== undefined) expectSchema(member, context, depth + 1)
  }
  for (const name of SCHEMA_LISTS) {
    const list = value.member(name)
    if (list === undefined) continue
    if (!isArray(list) || list.length === 0) throw failure(`${name} must be of type array of schemas`)
    for (const item of list) expectSchema(item, context, depth + 1)
  }
  for (const name of SCHEMA_MAPS) {
    const map = value.member(name)
    if (map === undefined) continue
    if (!isObject(map)) throw failure(`${name} must be of type object`)
    for (const [key, item] of map.entries()) {
      if (name === 'patternProperties') compilePattern(String(key), context)
      expectSchema(item, context, depth + 1)
    }
  }
  const items = value.member('items')
  for (const item of items !== undefined && isArray(items) ? items : items === undefined ? [] : [items]) {
    expectSchema(item, context, depth + 1)
  }
}

function expectTypes(schema: RegoObject): void {
  const type = schema.member('type')
  if (type === undefined) return
  for (const name of isArray(type) ? type : [type]) {
    if (typeof name !== 'string') throw failure('type must be of type string/array of strings')
    if (TYPES.includes(name)) continue
    throw failure(
      `has a primitive type that is NOT VALID -- given: /${name}/ Expected valid values are:[${TYPES.join(' ')}]`,
    )
  }
}

function expectScalars(schema: RegoObject, context: BuiltinContext): void {
  for (const name of BOUNDS) {
    const bound = schema.member(name)
    if (bound !== undefined && !isNumber(bound)) throw failure(`Invalid type. Expected: number, given: ${name}`)
  }
  for (const name of ['exclusiveMinimum', 'exclusiveMaximum']) {
    const bound = schema.member(name)
    if (bound !== undefined && typeof bound !== 'boolean' && !isNumber(bound)) {
      throw failure(`${name} must be of type boolean/number`)
    }
  }
  for (const name of COUNTS) {
    const count = schema.member(name)
    if (count !== undefined && (!isNumber(count) || !Number.isSafeInteger(count) || Number(count) < 0)) {
      throw failure(`${name} must be of type integer and not negative`)
    }
  }
  const required = schema.member('required')
  if (required !== undefined && !(isArray(required) && required.every((name) => typeof name === 'string'))) {
    throw failure('required must be of type string array')
  }
  const values = schema.member('enum')
  if (values !== undefined && !isArray(values)) throw failure('enum must be of type array')
  const pattern = schema.member('pattern')
  if (pattern !== undefined && typeof pattern !== 'string') throw failure('pattern must be a valid regex')
  if (pattern !== undefined) compilePattern(pattern, context)
}
