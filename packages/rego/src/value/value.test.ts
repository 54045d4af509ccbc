import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  compareValues,
  equalValues,
  jsonFromValue,
  jsonText,
  keyOf,
  RegoObject,
  RegoSet,
  sizeOf,
  termText,
  type Value,
  valueFromJson,
  valueFromJsonText,
} from './index.ts'

const json = fc.jsonValue({ maxDepth: 4 })

describe('values', () => {
  test('are ordered by type, then by content', () => {
    const sorted: Value[] = [
      null,
      false,
      true,
      -1,
      0.5,
      2,
      '',
      'a',
      'é',
      '\uffff',
      '😀',
      [],
      [1],
      [1, 2],
      [2],
      RegoObject.EMPTY,
      RegoObject.of([['a', 1]]),
      RegoObject.of([['a', 2]]),
      RegoObject.of([['b', 0]]),
      RegoSet.EMPTY,
      RegoSet.of([1]),
      RegoSet.of([1, 2]),
    ]
    expect([...sorted].reverse().sort(compareValues)).toEqual(sorted)
  })

  test('keys of any type are told apart', () => {
    const keys: Value[] = [null, true, 1, '1', [1], ['1'], RegoSet.of([1]), RegoObject.of([[1, 1]]), '\0[n1;]', '\0']
    const object = RegoObject.of(keys.map((key, i) => [key, i]))
    expect(object.size).toBe(keys.length)
    for (const [i, key] of keys.entries()) expect(object.get(key)).toBe(i)
    expect(new Set(object.keys())).toEqual(new Set(keys))
  })

  test('sets and objects are equal whatever the order they were made in', () => {
    const a = RegoObject.of([
      ['x', RegoSet.of([1, 2, [3]])],
      [RegoSet.of(['b', 'a']), 1],
    ])
    const b = RegoObject.of([
      [RegoSet.of(['a', 'b']), 1],
      ['x', RegoSet.of([[3], 2, 1])],
    ])
    expect(equalValues(a, b)).toBe(true)
    expect(keyOf(a)).toBe(keyOf(b))
    expect(compareValues(a, b)).toBe(0)
  })

  test('JSON goes in and comes out', () => {
    fc.assert(
      fc.property(json, (source) => {
        const text = JSON.stringify(source)
        const value = valueFromJson(JSON.parse(text))
        expect(equalValues(value, valueFromJsonText(text))).toBe(true)
        expect(JSON.parse(jsonText(value))).toEqual(jsonFromValue(value))
        expect(jsonFromValue(value)).toEqual(
          JSON.parse(text.replaceAll('-0,', '0,').replaceAll('-0]', '0]').replaceAll('-0}', '0}').replace(/^-0$/, '0')),
        )
      }),
      { numRuns: 200 },
    )
  })

  test('equal values have equal keys, and only they', () => {
    fc.assert(
      fc.property(json, json, (left, right) => {
        const a = valueFromJson(JSON.parse(JSON.stringify(left)))
        const b = valueFromJson(JSON.parse(JSON.stringify(right)))
        expect(keyOf(a) === keyOf(b)).toBe(equalValues(a, b))
        expect(compareValues(a, b) === 0).toBe(equalValues(a, b))
      }),
      { numRuns: 200 },
    )
  })

  test('text that is not JSON is refused: REGO_VALUE_INVALID', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), (text) => {
        let expected: unknown
        try {
          expected = JSON.parse(text)
        } catch {
          expect(() => valueFromJsonText(text)).toThrow(expect.objectContaining({ code: 'REGO_VALUE_INVALID' }))
          return
        }
        expect(jsonFromValue(valueFromJsonText(text))).toEqual(expected === 0 ? 0 : expected)
      }),
      { numRuns: 200 },
    )
  })

  test('deep values are refused: REGO_LIMIT_DEPTH', () => {
    const text = '['.repeat(200) + ']'.repeat(200)
    expect(() => valueFromJsonText(text)).toThrow(expect.objectContaining({ code: 'REGO_LIMIT_DEPTH' }))
    expect(() => valueFromJson(JSON.parse(text))).toThrow(expect.objectContaining({ code: 'REGO_LIMIT_DEPTH' }))
  })

  test.each([[() => 1], [Symbol('x')], [Number.NaN], [undefined]])('%o is not JSON: REGO_VALUE_INVALID', (source) => {
    expect(() => valueFromJson(source)).toThrow(expect.objectContaining({ code: 'REGO_VALUE_INVALID' }))
  })

  test('a member named __proto__ is a member like any other', () => {
    const value = valueFromJsonText('{"__proto__": 1, "constructor": 2}') as RegoObject
    expect(value.get('__proto__')).toBe(1)
    expect(Object.keys(jsonFromValue(value) as object)).toEqual(['__proto__', 'constructor'])
    expect((valueFromJson({}) as RegoObject).get('constructor')).toBeUndefined()
  })

  test('shared parts count wherever they stand', () => {
    let value: Value = [1]
    for (let i = 0; i < 50; i++) value = [value, value]
    expect(sizeOf(value)).toBeGreaterThan(2 ** 50)
  })

  test('values are shown as Rego', () => {
    expect(termText(RegoObject.of([[RegoSet.of([2, 1]), [RegoSet.EMPTY, 'a"']]]))).toBe('{{1, 2}: [set(), "a\\""]}')
  })
})
