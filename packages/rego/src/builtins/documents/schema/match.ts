import { RegoError } from '../../../errors.ts'
import type { BuiltinContext } from '../../../evaluate/builtin.ts'
import {
  compareNumbers,
  isArray,
  isNumber,
  isObject,
  numberText,
  type RegoArray,
  type RegoObject,
  type Value,
} from '../../../value/index.ts'
import { failure } from '../../operand.ts'
import { compilePattern } from '../../patterns/program.ts'
import { parsePointer, partAt } from '../path.ts'
import { isOfType, matchNumber, matchUnique, matchValues, type Report, schemaTypeOf } from './checks.ts'
import { fieldName, type SchemaFinding } from './findings.ts'
import { hasFormat } from './formats.ts'
import { expectSchema, numberMember, type Schema, typesOf } from './schema.ts'

const MAX_DEPTH = 128

/** Holds documents to one schema and collects what does not match. */
export class SchemaMatcher {
  private readonly root: Schema
  private readonly context: BuiltinContext
  private depth = 0

  constructor(root: Schema, context: BuiltinContext) {
    this.root = root
    this.context = context
  }

  match(value: Value, schema: Schema = this.root, path: readonly string[] = []): SchemaFinding[] {
    this.context.step()
    if (schema === true) return []
    if (schema === false)
      return [{ type: 'false', field: fieldName(path), description: 'False always fails validation' }]
    if (++this.depth > MAX_DEPTH) throw new RegoError('REGO_LIMIT_DEPTH', 'a schema refers to itself too deeply')
    const reference = schema.member('$ref')
    const findings =
      typeof reference === 'string'
        ? this.match(value, this.resolve(reference), path)
        : this.matchKeywords(value, schema, path)
    this.depth--
    if (findings.length > 0) this.context.memory(128 * findings.length)
    return findings
  }

  /** The part of the schema that a reference within it names. */
  private resolve(reference: string): Schema {
    if (!reference.startsWith('#')) throw failure(`remote reference loading disabled: ${reference}`)
    let part: Value | undefined = this.root
    for (const key of parsePointer(decodeURIComponentSafely(reference.slice(1)))) {
      part = part === undefined ? undefined : partAt(part, key)
    }
    if (part === undefined) throw failure(`Object has no key '${reference}'`)
    expectSchema(part, this.context)
    return part
  }

  private matchKeywords(value: Value, schema: RegoObject, path: readonly string[]): SchemaFinding[] {
    const findings: SchemaFinding[] = []
    const report = (type: string, description: string, at: readonly string[] = path): void => {
      findings.push({ type, field: fieldName(at), description })
    }
    const types = typesOf(schema)
    if (types.length > 0 && !types.some((type) => isOfType(value, type))) {
      const expected = types.length === 1 ? types[0] : `[${types.join(',')}]`
      report('invalid_type', `Invalid type. Expected: ${expected}, given: ${schemaTypeOf(value)}`)
      return findings
    }
    this.matchCombinations(value, schema, path, findings)
    matchValues(value, schema, path, report)
    if (isNumber(value)) matchNumber(value, schema, report)
    else if (typeof value === 'string') this.matchText(value, schema, report)
    else if (isArray(value)) this.matchArray(value, schema, path, findings, report)
    else if (isObject(value)) this.matchObject(value, schema, path, findings, report)
    return findings
  }

  private matchCombinations(
    value: Value,
    schema: RegoObject,
    path: readonly string[],
    findings: SchemaFinding[],
  ): void {
    const field = fieldName(path)
    const all = schema.member('allOf')
    if (all !== undefined && isArray(all)) {
      const missed = all.flatMap((item) => this.match(value, item as Schema, path))
      findings.push(...missed)
      if (missed.length > 0) {
        findings.push({ type: 'number_all_of', field, description: 'Must validate all the schemas (allOf)' })
      }
    }
    const any = schema.member('anyOf')
    if (any !== undefined && isArray(any) && !any.some((item) => this.matches(value, item, path))) {
      findings.push({ type: 'number_any_of', field, description: 'Must validate at least one schema (anyOf)' })
    }
    const one = schema.member('oneOf')
    if (one !== undefined && isArray(one) && one.filter((item) => this.matches(value, item, path)).length !== 1) {
      findings.push({ type: 'number_one_of', field, description: 'Must validate one and only one schema (oneOf)' })
    }
    const not = schema.member('not')
    if (not !== undefined && this.matches(value, not, path)) {
      findings.push({ type: 'number_not', field, description: 'Must not validate the schema (not)' })
    }
    const condition = schema.member('if')
    if (condition === undefined) return
    const isMet = this.matches(value, condition, path)
    const branch = schema.member(isMet ? 'then' : 'else')
    if (branch === undefined) return
    const missed = this.match(value, branch as Schema, path)
    if (missed.length === 0) return
    const description = isMet ? 'Must validate "then" as "if" was valid' : 'Must validate "else" as "if" was not valid'
    findings.push({ type: isMet ? 'condition_then' : 'condition_else', field, description }, ...missed)
  }

  private matches(value: Value, schema: Value, path: readonly string[]): boolean {
    return this.match(value, schema as Schema, path).length === 0
  }

  private matchText(text: string, schema: RegoObject, report: Report): void {
    this.context.step(1 + (text.length >>> 4))
    const length = [...text].length
    const [low, high] = [numberMember(schema, 'minLength'), numberMember(schema, 'maxLength')]
    if (low !== undefined && compareNumbers(length, low) < 0) {
      report('string_gte', `String length must be greater than or equal to ${numberText(low)}`)
    }
    if (high !== undefined && compareNumbers(length, high) > 0) {
      report('string_lte', `String length must be less than or equal to ${numberText(high)}`)
    }
    const pattern = schema.member('pattern')
    if (typeof pattern === 'string' && !compilePattern(pattern, this.context).test(text)) {
      report('pattern', `Does not match pattern '${pattern}'`)
    }
    const format = schema.member('format')
    if (typeof format === 'string' && !hasFormat(text, format)) report('format', `Does not match format '${format}'`)
  }

  private matchArray(
    array: RegoArray,
    schema: RegoObject,
    path: readonly string[],
    findings: SchemaFinding[],
    report: Report,
  ): void {
    const items = schema.member('items')
    const rest = items !== undefined && isArray(items) ? schema.member('additionalItems') : items
    const front = items !== undefined && isArray(items) ? items : []
    for (const [i, item] of array.entries()) {
      const itemSchema = front[i] ?? rest
      if (itemSchema === undefined) continue
      if (itemSchema === false) report('array_no_additional_items', 'No additional items allowed on array')
      else findings.push(...this.match(item, itemSchema as Schema, [...path, String(i)]))
    }
    const [low, high] = [numberMember(schema, 'minItems'), numberMember(schema, 'maxItems')]
    if (low !== undefined && compareNumbers(array.length, low) < 0) {
      report('array_min_items', `Array must have at least ${numberText(low)} items`)
    }
    if (high !== undefined && compareNumbers(array.length, high) > 0) {
      report('array_max_items', `Array must have at most ${numberText(high)} items`)
    }
    if (schema.member('uniqueItems') === true) matchUnique(array, report)
    const contained = schema.member('contains')
    if (contained !== undefined && !array.some((item) => this.matches(item, contained, path))) {
      report('contains', 'At least one of the items must match')
    }
  }

  private matchObject(
    object: RegoObject,
    schema: RegoObject,
    path: readonly string[],
    findings: SchemaFinding[],
    report: Report,
  ): void {
    const required = schema.member('required')
    for (const name of required !== undefined && isArray(required) ? required : []) {
      if (!object.has(name)) report('required', `${String(name)} is required`)
    }
    const [low, high] = [numberMember(schema, 'minProperties'), numberMember(schema, 'maxProperties')]
    if (low !== undefined && compareNumbers(object.size, low) < 0) {
      report('array_min_properties', `Must have at least ${numberText(low)} properties`)
    }
    if (high !== undefined && compareNumbers(object.size, high) > 0) {
      report('array_max_properties', `Must have at most ${numberText(high)} properties`)
    }
    const names = schema.member('propertyNames')
    for (const [key, value] of object.entries()) {
      const name = String(key)
      this.matchMember(name, value, schema, path, findings, report)
      if (names !== undefined && !this.matches(name, names, path)) {
        report('invalid_property_name', `Property name of "${name}" does not match`)
      }
    }
    this.matchDependencies(object, schema, path, findings, report)
  }

  private matchMember(
    name: string,
    value: Value,
    schema: RegoObject,
    path: readonly string[],
    findings: SchemaFinding[],
    report: Report,
  ): void {
    const properties = schema.member('properties')
    const patterns = schema.member('patternProperties')
    const own = properties !== undefined && isObject(properties) ? properties.member(name) : undefined
    let isKnown = own !== undefined
    if (own !== undefined) findings.push(...this.match(value, own as Schema, [...path, name]))
    for (const [pattern, item] of patterns !== undefined && isObject(patterns) ? patterns.entries() : []) {
      if (!compilePattern(String(pattern), this.context).test(name)) continue
      isKnown = true
      findings.push(...this.match(value, item as Schema, [...path, name]))
    }
    const additional = schema.member('additionalProperties')
    if (isKnown || additional === undefined) return
    if (additional === false) report('additional_property_not_allowed', `Additional property ${name} is not allowed`)
    else findings.push(...this.match(value, additional as Schema, [...path, name]))
  }

  private matchDependencies(
    object: RegoObject,
    schema: RegoObject,
    path: readonly string[],
    findings: SchemaFinding[],
    report: Report,
  ): void {
    const dependencies = schema.member('dependencies')
    if (dependencies === undefined || !isObject(dependencies)) return
    for (const [name, needed] of dependencies.entries()) {
      if (!object.has(name)) continue
      if (!isArray(needed)) {
        expectSchema(needed, this.context)
        findings.push(...this.match(object, needed, path))
        continue
      }
      for (const other of needed) {
        if (!object.has(other)) report('missing_dependency', `Has a dependency on ${String(other)}`)
      }
    }
  }
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
