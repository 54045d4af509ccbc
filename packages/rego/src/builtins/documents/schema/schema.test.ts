import { expect, test } from 'vitest'
import { callBuiltin, callWithin } from '../../../../conformance/call-builtin.ts'

/** Each document in a member `v`, whose schema is given. */
test.each([
  [{ type: 'string' }, 1, 'v: Invalid type. Expected: string, given: integer'],
  [{ type: ['string', 'null'] }, 1.5, 'v: Invalid type. Expected: [string,null], given: number'],
  [{ type: 'integer' }, 1.0, undefined],
  [{ enum: [1, 'a'] }, 2, 'v: v must be one of the following: 1, "a"'],
  [{ const: { a: 1 } }, 2, 'v: v does not match: {"a":1}'],
  [{ minimum: 1 }, 0, 'v: Must be greater than or equal to 1'],
  [{ exclusiveMinimum: 1 }, 1, 'v: Must be greater than 1'],
  [{ minimum: 1, exclusiveMinimum: true }, 1, 'v: Must be greater than 1'],
  [{ maximum: 1 }, 2, 'v: Must be less than or equal to 1'],
  [{ exclusiveMaximum: 1 }, 1, 'v: Must be less than 1'],
  [{ multipleOf: 0.1 }, 0.3, undefined],
  [{ multipleOf: 2 }, 3, 'v: Must be a multiple of 2'],
  [{ minLength: 2 }, '😀', 'v: String length must be greater than or equal to 2'],
  [{ maxLength: 1 }, 'ab', 'v: String length must be less than or equal to 1'],
  [{ pattern: '^a+$' }, 'b', "v: Does not match pattern '^a+$'"],
  [{ format: 'ipv4' }, '1.2.3', "v: Does not match format 'ipv4'"],
  [{ format: 'date-time' }, '2024-02-30T00:00:00Z', "v: Does not match format 'date-time'"],
  [{ format: 'unheard-of' }, 'x', undefined],
  [{ items: { type: 'string' } }, ['a', 1], 'v.1: Invalid type. Expected: string, given: integer'],
  [{ items: [true], additionalItems: false }, [1, 2], 'v: No additional items allowed on array'],
  [{ minItems: 1 }, [], 'v: Array must have at least 1 items'],
  [{ maxItems: 1 }, [1, 2], 'v: Array must have at most 1 items'],
  [{ uniqueItems: true }, [1, 2, 1], 'v: array items[0,2] must be unique'],
  [{ contains: { const: 1 } }, [2], 'v: At least one of the items must match'],
  [{ required: ['a'] }, {}, 'v: a is required'],
  [{ properties: { a: {} }, additionalProperties: false }, { b: 1 }, 'v: Additional property b is not allowed'],
  [
    { patternProperties: { '^x': { type: 'string' } } },
    { x1: 1 },
    'v.x1: Invalid type. Expected: string, given: integer',
  ],
  [{ propertyNames: { maxLength: 1 } }, { ab: 1 }, 'v: Property name of "ab" does not match'],
  [{ minProperties: 1 }, {}, 'v: Must have at least 1 properties'],
  [{ maxProperties: 0 }, { a: 1 }, 'v: Must have at most 0 properties'],
  [{ dependencies: { a: ['b'] } }, { a: 1 }, 'v: Has a dependency on b'],
  [{ anyOf: [{ type: 'string' }, { minimum: 5 }] }, 1, 'v: Must validate at least one schema (anyOf)'],
  [{ oneOf: [{ minimum: 0 }, { minimum: 1 }] }, 1, 'v: Must validate one and only one schema (oneOf)'],
  [{ not: { type: 'number' } }, 1, 'v: Must not validate the schema (not)'],
  [
    JSON.parse('{"if": {"minimum": 1}, "then": {"maximum": 2}}') as object,
    3,
    'v: Must validate "then" as "if" was valid',
  ],
  [{ $ref: '#/definitions/small' }, 9, 'v: Must be less than 5'],
])('%j of %j: %s', (schema, value, expected) => {
  const whole = { properties: { v: schema }, definitions: { small: { exclusiveMaximum: 5 } } }
  const result = callBuiltin('json.match_schema', { v: value }, whole) as [boolean, { error: string }[]]
  expect(result[0]).toBe(expected === undefined)
  expect(result[1][0]?.error).toBe(expected)
})

test.each([
  [{ type: 1 }, 'jsonschema: type must be of type string/array of strings'],
  [{ properties: { a: { type: 'float' } } }, /^jsonschema: has a primitive type that is NOT VALID -- given: \/float\//],
  [{ minLength: -1 }, 'jsonschema: minLength must be of type integer and not negative'],
  [{ pattern: '(' }, /^jsonschema: error parsing regexp/],
  ['{', /^jsonschema: JSON offset 1/],
])('%j is no schema', (schema, expected) => {
  const [valid, message] = callBuiltin('json.verify_schema', schema) as [boolean, string]
  expect(valid).toBe(false)
  expect(message).toMatch(expected)
})

test('a schema that refers to itself ends at the depth limit, one that branches at a charge', () => {
  expect(callBuiltin('json.match_schema', { a: 1 }, { $ref: '#' })).toBe('REGO_LIMIT_DEPTH')
  const definitions = Object.fromEntries([
    ...Array.from({ length: 60 }, (_, i) => [
      `b${i}`,
      { anyOf: [`b${i + 1}`, `b${i + 1}`].map((name) => ({ $ref: `#/definitions/${name}` })) },
    ]),
    ['b60', false],
  ])
  const schema = { $ref: '#/definitions/b0', definitions }
  expect(callWithin({ steps: 100_000 }, 'json.match_schema', { a: 1 }, schema)).toBe('REGO_LIMIT_STEPS')
})
